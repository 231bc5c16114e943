/** A fenced block of a page that means something to the test. */
export type Block = Command | Expectation

export interface Command {
  kind: 'command'
  text: string
  /** The line of the page that it begins on, from 1. */
  line: number
  /** It goes on until the page is over. */
  background: boolean
}

/** What the command before it prints, or what a command in the background has come to print by now. */
export interface Expectation {
  kind: 'expectation'
  text: string
  line: number
  background: boolean
}

const FENCE = /^```(\S*) ?(.*)$/

function toBlock(language: string, info: string, text: string, line: number): Block | undefined {
  const background = info === 'background'
  if (language === 'sh' && info !== 'no-run') return { kind: 'command', text, line, background }
  if (language === 'text' || language === 'json') return { kind: 'expectation', text, line, background }
  return undefined
}

/**
 * The commands of a page in Markdown, and what they print. Commands stand in fences of `sh` (with `background` those
 * that go on, with `no-run` those that are for readers only); what a command prints stands in a fence of `text` or
 * `json` directly behind it, or of `text background` anywhere behind.
 */
export function parsePage(markdown: string): Block[] {
  const blocks: Block[] = []
  const lines = markdown.split('\n')
  let open: { language: string; info: string; line: number; text: string[] } | undefined
  /** Whether only blank lines stand between the last command and here. */
  let isBehindCommand = false
  for (const [index, line] of lines.entries()) {
    const fence = FENCE.exec(line)
    if (open && line === '```') {
      const { language, info, text } = open
      const block = toBlock(language, info, text.join('\n'), open.line)
      open = undefined
      const isOutput = block?.kind === 'expectation' && (block.background || isBehindCommand)
      if (block?.kind === 'command' || isOutput) blocks.push(block)
      isBehindCommand = block?.kind === 'command' && !block.background
    } else if (open) open.text.push(line)
    else if (fence) open = { language: fence[1] ?? '', info: fence[2] ?? '', line: index + 1, text: [] }
    else if (line.trim() !== '') isBehindCommand = false
  }
  return blocks
}

const escapeRegExp = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')

/** `…` stands for anything within a line, and alone on one for any number of lines. */
export function toPattern(expected: string): RegExp {
  const lines = expected.trimEnd().split('\n')
  const patterns = lines.map((line) =>
    line.trim() === '…' ? '(?:.*\n)*?' : `${line.trimEnd().split('…').map(escapeRegExp).join('.*')}[ \t]*\n`,
  )
  return new RegExp(`^${patterns.join('')}$`)
}
