/**
 * JSON text with other white space, and every token as it stands: what parsing and writing would do to numbers
 * does not happen. `indent` 0 gives one line.
 *
 * @param text JSON that `JSON.parse` accepts
 */
export function indentJson(text: string, indent: number): string {
  const tokens = text.match(/"[^"\\]*(?:\\.[^"\\]*)*"|[{}[\],:]|[^\s{}[\],:"]+/g) ?? []
  const out: string[] = []
  let depth = 0
  const breakLine = () => indent > 0 && out.push('\n', ' '.repeat(depth * indent))
  for (const [at, token] of tokens.entries()) {
    const isEmpty = tokens[at + 1] === '}' || tokens[at + 1] === ']'
    if (token === '{' || token === '[') {
      out.push(token)
      depth++
      if (!isEmpty) breakLine()
    } else if (token === '}' || token === ']') {
      depth--
      const before = tokens[at - 1]
      if (before !== '{' && before !== '[') breakLine()
      out.push(token)
    } else {
      out.push(token)
      if (token === ',') breakLine()
      else if (token === ':' && indent > 0) out.push(' ')
    }
  }
  return out.join('')
}
