/** What `\p{L}` may cost: its table has hundreds of ranges, folded for case as well. */
const UNICODE_CLASS = 10

/**
 * About how many instructions RE2 would compile a pattern (in RE2's syntax) to. Known before
 * compiling, because `a{1000}` six hundred times over, in 4,096 characters, takes a second to compile.
 */
export function estimateProgram(pattern: string): number {
  const groups: number[] = []
  let total = 0
  let last = 0
  const close = (): void => {
    last = total + 2
    total = (groups.pop() ?? 0) + last
  }
  for (const [token] of pattern.matchAll(TOKEN)) {
    const repeat = REPEAT.exec(token)
    if (repeat !== null) {
      const times = Math.max(1, Number(repeat[2] || repeat[1]))
      total += last * (times - 1)
      last *= times
    } else if (token.startsWith('(')) {
      groups.push(total)
      total = 0
    } else if (token === ')') close()
    else {
      last = 1 + UNICODE_CLASS * (token.split(/\\[pP]/).length - 1)
      total += last
    }
  }
  while (groups.length > 0) close()
  return total
}

const REPEAT = /^\{(\d+),?(\d*)\}$/
const TOKEN =
  /\{\d+,?\d*\}|\\[pP]\{[^}]*\}|\\x\{[^}]*\}|\\.|\[(?:\\.|[^\]\\])*\]|\((?:\?(?:P<[^>]*>|[a-z-]*:))?|./gsu
