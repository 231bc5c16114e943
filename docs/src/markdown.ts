const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ')

/** A table, aligned as the formatter has it; a bar within a cell is escaped. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const cells = [head, ...rows].map((row) => row.map(cell))
  const widths = head.map((_, column) => Math.max(...cells.map((row) => row[column]?.length ?? 0), 3))
  const [top = [], ...below] = cells.map((row) => row.map((text, column) => text.padEnd(widths[column] ?? 0)))
  const rule = widths.map((width) => '-'.repeat(width))
  return [top, rule, ...below].map((row) => `| ${row.join(' | ')} |`).join('\n')
}

/** Text as code; nothing for none. */
export const code = (text: string | undefined): string => (text ? `\`${text}\`` : '')

/** A page of the reference: its title, and parts with blank lines between. */
export function toPage(title: string, parts: readonly string[]): string {
  const origin = '<!-- Written by `npm run docs` from the code. Do not edit. -->'
  return `${[`# ${title}`, origin, ...parts].join('\n\n')}\n`
}
