import { type Command, Help, type Option } from 'commander'
import { displayWidth } from '../output/display-width.js'
import type { Io } from './context.js'
import { GLOBAL_FLAGS } from './flags.js'

/** The topic that says what the flags of every command do: `epr-cli help flags`. */
export const FLAGS_TOPIC = 'flags'

const GLOBAL: ReadonlySet<Option> = new Set(Object.values(GLOBAL_FLAGS).map(({ option }) => option))
/** Pipes, and a terminal that does not say. */
const WIDTH = 80
/** Columns that are enough to wrap words in; commander itself wants 40 beside the flags. */
export const MIN_HELP_WIDTH = 20

/** How wide a help text may be. */
export const helpWidth = ({ stdout }: Pick<Io, 'stdout'>): number => (stdout.isTTY && stdout.columns) || WIDTH

/** Whether a help says all flags of every command, or only their names. */
const saysAll = ({ parent }: Command, name: string): boolean => !parent || name === FLAGS_TOPIC

/** The options of a command; those of every command where they are explained. */
export function visibleOptions(this: Help, command: Command): Option[] {
  const all = Help.prototype.visibleOptions.call(this, command)
  return saysAll(command, command.name()) ? all : all.filter((option) => !GLOBAL.has(option))
}

/** Words on lines of so many columns, each behind an indent. A word that is too wide has a line of its own. */
function wrap(words: readonly string[], width: number, indent: string, end = ''): string {
  const lines: string[] = []
  for (const word of words) {
    const last = lines.at(-1)
    const longer = last === undefined ? `${indent}${word}` : `${last} ${word}`
    if (last !== undefined && displayWidth(longer + end) <= width) lines[lines.length - 1] = longer
    else lines.push(`${indent}${word}`)
  }
  return lines.join(`${end}\n`)
}

/** `--jsonpath '{.a b}'` in one piece, and so a flag with its value. */
function toPieces(command: string): string[] {
  const words = command.match(/(?:"[^"]*"|'[^']*'|\S)+/g) ?? []
  const pieces: string[] = []
  for (const word of words) {
    const before = pieces.at(-1)
    if (before && /^--?[a-z]\S*$/.test(before) && !word.startsWith('-'))
      pieces[pieces.length - 1] = `${before} ${word}`
    else pieces.push(word)
  }
  return pieces
}

/** A command as a shell takes it, on several lines where it is too long for one. */
export function toExample(command: string, width: number): string {
  const [program = '', ...pieces] = toPieces(`epr-cli ${command}`)
  return wrap([`$ ${program}`, ...pieces], width, '      ', ' \\').replace(/^ {4}/, '')
}

/** What stands below the flags of a command: the names of those that every command has, and examples. */
export function toFooter(examples: readonly string[], width: number): string {
  const names = Object.values(GLOBAL_FLAGS).map(({ option: { short, long } }) =>
    [short, long].filter(Boolean).join('/'),
  )
  const title = examples.length === 1 ? 'Example:' : 'Examples:'
  return [
    '',
    `Common flags (epr-cli help ${FLAGS_TOPIC}):`,
    wrap(
      names.map((name, at) => (at < names.length - 1 ? `${name},` : name)),
      width,
      '  ',
    ),
    '',
    title,
    ...examples.map((example) => toExample(example, width)),
  ].join('\n')
}
