const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ')

/** A table; a bar within a cell is escaped. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [head, head.map(() => '---'), ...rows]
  return lines.map((cells) => `| ${cells.map(cell).join(' | ')} |`).join('\n')
}

/** Text as code; nothing for none. */
export const code = (text: string | undefined): string => (text ? `\`${text}\`` : '')

/** A page of the reference: its title, and parts with blank lines between. */
export function toPage(title: string, parts: readonly string[]): string {
  const origin = '<!-- Written by `npm run docs` from the code. Do not edit. -->'
  return `${[`# ${title}`, origin, ...parts].join('\n\n')}\n`
}
