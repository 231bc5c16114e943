import { actorSchema, indentJson, isJsonText, stringifyJson, toPlainLine } from '@epr/model'
import Table from 'cli-table3'
import { displayWidth, fitWidth } from './display-width.js'
import { toRelativeTime } from './relative-time.js'

/** A thing to be shown: its fields by their names. */
export type Row = Readonly<Record<string, unknown>>

/** How words are painted. */
export interface Style {
  bold(text: string): string
  dim(text: string): string
  red(text: string): string
  green(text: string): string
  yellow(text: string): string
}

const PADDING = 2
const MIN_WIDTH = 5 + PADDING
/** A column that is cut further says next to nothing: rather than that, the last one goes. */
const READABLE_WIDTH = 8 + PADDING
const COLOURS: Readonly<Record<string, 'green' | 'red' | 'yellow'>> = {
  true: 'green',
  passed: 'green',
  open: 'green',
  false: 'red',
  failed: 'red',
  missing: 'yellow',
}

/** What begins with one says how it went. */
const GLYPHS: Readonly<Record<string, 'green' | 'red' | 'dim'>> = { '✓': 'green', '✕': 'red', '·': 'dim' }

const isMoment = (field: string): boolean => field.endsWith('_at') || field === 'since' || field === 'time'
const isId = (field: string): boolean => field === 'id' || field.endsWith('_id')

/** Who did something, as people call them, or as they are called for ever. */
function nameOf(actor: unknown): string {
  const { data } = actorSchema.safeParse(actor)
  return data ? (data.label ?? data.id) : stringifyJson(actor)
}

/** A value on one line, as people read it; what strangers wrote cannot steer the terminal. */
export function toCell(field: string, value: unknown): string {
  if (value === null || value === undefined) return ''
  if (typeof value === 'string')
    return toPlainLine(isMoment(field) ? toRelativeTime(value, Date.now()) : value)
  if (field === 'actor') return toPlainLine(nameOf(value))
  const isListOfTexts = Array.isArray(value) && value.every((item) => typeof item === 'string')
  if (isListOfTexts) return toPlainLine(value.join(' '))
  return toPlainLine(indentJson(stringifyJson(value), 0))
}

function paint(field: string, text: string, style: Style): string {
  const glyph = GLYPHS[text.charAt(0)]
  if (glyph && text.charAt(1).trim() === '') return style[glyph](text)
  const colour = ['success', 'enabled', 'state', 'leader'].includes(field) ? COLOURS[text] : undefined
  return colour ? style[colour](text) : text
}

/** Takes from the widest columns, but nothing from ids: half an id is none. Undefined when that is not enough. */
function fit(
  fields: readonly string[],
  natural: readonly number[],
  width: number,
  least: number,
): number[] | undefined {
  const widths = [...natural]
  const excess = () => widths.reduce((sum, one) => sum + one + 1, 1) - width
  for (let over = excess(); over > 0; over = excess()) {
    const shrinkable = widths.map((one, at) => (isId(fields[at] ?? '') ? 0 : one))
    const widest = Math.max(...shrinkable)
    if (widest <= least) return undefined
    widths[shrinkable.indexOf(widest)] = Math.max(least, widest - 1)
  }
  return widths
}

/** Fewer columns, from the last, until what is left can be read; two at least. */
function fitFewer(
  fields: readonly string[],
  natural: readonly number[],
  width: number,
): number[] | undefined {
  for (let count = fields.length; count > 1; count--) {
    const widths = fit(fields.slice(0, count), natural.slice(0, count), width, READABLE_WIDTH)
    if (widths) return widths
  }
  return undefined
}

const NO_LINES = { mid: '', 'left-mid': '', 'mid-mid': '', 'right-mid': '' }

/** How a table fits a terminal. */
export interface TableShape {
  /** Columns of the terminal; undefined where there is none. */
  width: number | undefined
  /** Whether the last fields may be left out where there is no room for all. @default false */
  mayDrop?: boolean
}

/** Rows as a table that is no wider than the terminal; one below the other where no table fits. */
export function toTable(
  rows: readonly Row[],
  fields: readonly string[],
  style: Style,
  { width, mayDrop = false }: TableShape,
): string {
  const cells = rows.map((row) => fields.map((field) => toCell(field, row[field])))
  const natural = fields.map(
    (field, at) => PADDING + Math.max(...[field, ...cells.map((row) => row[at] ?? '')].map(displayWidth)),
  )
  const colWidths =
    width === undefined
      ? natural
      : ((mayDrop ? fitFewer(fields, natural, width) : undefined) ?? fit(fields, natural, width, MIN_WIDTH))
  if (!colWidths) return rows.map((row) => toRecord(row, style, width)).join('\n\n')
  const table = new Table({
    head: colWidths.map((columns, at) => style.bold(fitWidth(fields[at] ?? '', columns - PADDING))),
    colWidths,
    // On a terminal a rule sets the head off, with colours and without.
    chars: width === undefined ? NO_LINES : {},
    style: { head: [], border: [], compact: true },
  })
  const toPainted = (text: string, at: number): string =>
    paint(fields[at] ?? '', fitWidth(text, (colWidths[at] ?? 0) - PADDING), style)
  for (const row of cells) table.push(row.slice(0, colWidths.length).map(toPainted))
  return table.toString()
}

function toValue(field: string, value: unknown): string {
  const isNested = typeof value === 'object' && value !== null && (isJsonText(value) || !Array.isArray(value))
  if (!isNested) return toCell(field, value)
  return indentJson(stringifyJson(value), 2).split('\n').map(toPlainLine).join('\n')
}

/** One object: a line for each field, JSON in it laid out. */
export function toRecord(value: object, style: Style, width: number | undefined): string {
  const members = Object.entries(value)
  const indent = Math.max(...members.map(([field]) => field.length)) + PADDING
  return members
    .map(([field, member]) => {
      const lines = toValue(field, member).split('\n')
      const text = lines.join(`\n${' '.repeat(indent)}`)
      const isShort = width === undefined || indent + displayWidth(text) <= width || lines.length > 1
      return style.dim(field.padEnd(indent)) + (isShort ? paint(field, text, style) : text)
    })
    .join('\n')
}
