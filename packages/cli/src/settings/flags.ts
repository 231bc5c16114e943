import { isUlidFilter, readBoolean, readDurationMs, readTime } from '@epr/model'
import { type Command, InvalidArgumentError, Option } from 'commander'
import * as z from 'zod'
import { UsageError } from '../exit/usage-error.js'
import { OUTPUT_FORMATS } from '../output/output.js'

/** A flag, and how its value is read: what a command gets has the type that its flags say. */
export interface Flag<Value> {
  readonly option: Option
  /** The value as commander keeps it; undefined when the flag was not typed. */
  read(kept: unknown): Value | undefined
}

/** The flags of a command by the name that its request knows them by: fields are called as they are sent. */
export type FlagTable = Readonly<Record<string, Flag<unknown>>>

/** What was typed for the flags of a table. */
export type Request<Table extends FlagTable> = {
  readonly [Name in keyof Table]?: Table[Name] extends Flag<infer Value> ? Value | undefined : never
}

const asText = (kept: unknown) => (typeof kept === 'string' ? kept : undefined)
const asNumber = (kept: unknown) => (typeof kept === 'number' ? kept : undefined)
const asBoolean = (kept: unknown) => (typeof kept === 'boolean' ? kept : undefined)

export function text(flags: string, description: string, byDefault?: string): Flag<string> {
  return { option: new Option(flags, description).default(byDefault), read: asText }
}

/** `--all`: typed or not. */
export function toggle(flags: string, description: string): Flag<boolean> {
  return { option: new Option(flags, description), read: asBoolean }
}

export function parseBoolean(text: string): boolean {
  const value = readBoolean(text)
  if (value !== undefined) return value
  throw new InvalidArgumentError('write true or false.')
}

/** `--success`, `--success=false` and `--success false` all mean what they say. */
export function yesNo(name: string, description: string, byDefault?: boolean): Flag<boolean> {
  const option = new Option(`${name} [true|false]`, description).argParser(parseBoolean).default(byDefault)
  return { option, read: asBoolean }
}

export function parseList(text: string): string[] {
  return text.split(/[\s,]+/).filter((item) => item !== '')
}

/** Typed twice, it holds all that both say. */
export function list(flags: string, description: string): Flag<string[]> {
  const add = (text: string, before: unknown) => [
    ...(Array.isArray(before) ? before.map(String) : []),
    ...parseList(text),
  ]
  const option = new Option(flags, description).argParser(add)
  return { option, read: (kept) => (Array.isArray(kept) ? kept.map(String) : undefined) }
}

export function oneOf<const Choice extends string>(
  flags: string,
  description: string,
  choices: readonly Choice[],
): Flag<Choice> {
  const option = new Option(flags, description).choices(choices)
  return { option, read: (kept) => choices.find((choice) => choice === kept) }
}

function parseCount(text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text)
  throw new InvalidArgumentError('write a whole number from 1.')
}

/** How many rows: from 1. */
export const rows = (flags: string, description: string): Flag<number> => ({
  option: new Option(flags, description).argParser(parseCount),
  read: asNumber,
})

/** `10m` in milliseconds. */
export function parseDuration(text: string): number {
  const ms = readDurationMs(text)
  if (ms !== undefined && ms > 0) return ms
  throw new InvalidArgumentError('write a number and ms, s, m, h, d or w, like 10m.')
}

/** The same, and `0s` for not at all. */
export function parseRetry(text: string): number {
  return /^0(ms|s|m|h|d|w)$/.test(text.trim()) ? 0 : parseDuration(text)
}

export function duration(flags: string, description: string): Flag<number> {
  return { option: new Option(flags, description).argParser(parseDuration), read: asNumber }
}

/** `2h` (ago), `2026-11-01` (UTC) or a moment of RFC 3339, as RFC 3339. */
export function parseMoment(text: string): string {
  const ms = readDurationMs(text)
  if (ms !== undefined) return new Date(Date.now() - ms).toISOString()
  const time = readTime(toDateTime(text))
  if (time !== undefined) return time
  throw new InvalidArgumentError('write 2h, 2026-11-01 (UTC) or 2026-11-01T08:00:00Z.')
}

/** A moment, as RFC 3339. */
export function moment(flags: string, description: string): Flag<string> {
  return { option: new Option(flags, description).argParser(parseMoment), read: asText }
}

/** People leave out what is zero, and set a space for the `T`. */
function toDateTime(text: string): string {
  if (/^\d{4}-\d\d-\d\d$/.test(text)) return `${text}T00:00:00Z`
  return text.replace(/^([\d-]{10}) /, '$1T').replace(/^([\d-]{10}T\d\d:\d\d)(?!:\d)/i, '$1:00')
}

/** The five fields that are an artifact's identity; `of` says whose. */
export function nvrppFlags(of: string) {
  return {
    name: text('--name <text>', `name of ${of}`),
    version: text('--version <text>', `version of ${of}`),
    release: text('--release <text>', `release of ${of}`),
    platform_id: text('--platform-id <text>', `platform of ${of}`),
    package: text('--package <text>', `package of ${of}`),
  }
}

/** An event receiver by its id or by its name. */
export const RECEIVER_FLAGS = {
  event_receiver_id: text('--event-receiver-id <id>', 'the event receiver it is posted to, by its id'),
  receiver: text('--receiver <name>', 'the same by its name, or name@version'),
}

/** A group by its id or by its name. */
export const GROUP_FLAGS = {
  id: text('--id <id>', 'id of the group'),
  group: text('--group <name>', 'its name, or name@version, in place of --id'),
}

/** A flag for each field that a kind of object is searched by: `--platform-id <text>`, called as the field is. */
export function filterFlags(filter: z.ZodObject) {
  const toFlag = (name: string, field: z.ZodType): Flag<string | boolean> => {
    const description = field.meta()?.description ?? name
    if (field instanceof z.ZodBoolean) return yesNo(toFlagName(name), description)
    return text(`${toFlagName(name)} <${isUlidFilter(field) ? 'id' : 'text'}>`, description)
  }
  return Object.fromEntries(
    Object.entries(filter.shape).map(([name, field]) => [name, toFlag(name, field as z.ZodType)]),
  )
}

/** For what is shown as rows. */
export const ROW_FLAGS = {
  fields: list('--fields <list>', 'fields to show, with spaces or commas; all for every field'),
  limit: rows('--limit <number>', 'how many at most'),
  all: toggle('--all', 'all there are (tables show 100 otherwise)'),
  jsonpath: text('--jsonpath <path>', 'print what this JSONPath finds in the results'),
}

/** For commands that show one value. */
export const VALUE_FLAGS = {
  jsonpath: text('--jsonpath <path>', 'print what this JSONPath finds: $.data, or {.data} without quotes'),
}

export type RowRequest = Request<typeof ROW_FLAGS>

export const SEARCH_FLAGS = {
  ...ROW_FLAGS,
  order: oneOf('--order <order>', 'by time of creation', ['asc', 'desc']),
  since: moment('--since <moment>', 'created since: 2h, 2026-11-01 (UTC) or RFC 3339'),
}

export type SearchRequest = Request<typeof SEARCH_FLAGS>

/** What every command takes, before or after its name. */
export const GLOBAL_FLAGS = {
  url: text('--url <url>', 'where the server is (EPR_URL, default http://localhost:8042)'),
  token: text('--token <token>', 'sent as bearer token (EPR_TOKEN)'),
  tokenFile: text('--token-file <file>', 'holds the token (EPR_TOKEN_FILE)'),
  config: text(
    '--config <file>',
    'YAML whose keys are flags (EPR_CONFIG, default $XDG_CONFIG_HOME/epr/epr.yaml)',
  ),
  output: oneOf('-o, --output <format>', 'default: table on a terminal, json otherwise', OUTPUT_FORMATS),
  timeout: duration('--timeout <duration>', 'how long one try may take, 30s by default'),
  retry: {
    option: new Option(
      '--retry <duration>',
      'how long to try again while the server is away (EPR_RETRY, default 30s for what records)',
    ).argParser(parseRetry),
    read: asNumber,
  } satisfies Flag<number>,
  dryRun: toggle('--dry-run', 'show what would be sent, and send nothing'),
  quiet: toggle('-q, --quiet', 'only ids, one on a line'),
  indent: toggle('--no-indent', 'JSON on one line'),
  pager: toggle(
    '--no-pager',
    'no pager for what is longer than the terminal (EPR_PAGER, PAGER, default less)',
  ),
  debug: toggle('--debug', 'show where an error comes from'),
}

export type GlobalRequest = Request<typeof GLOBAL_FLAGS>

/** `--platform_id`, as the original spells `--platform-id`; only what is typed so differs. */
function toOriginalSpelling({ long, flags, description, parseArg }: Option): Option | undefined {
  if (!long || long.startsWith('--no-') || !long.slice(2).includes('-')) return undefined
  const spelled = `--${long.slice(2).replaceAll('-', '_')}`
  const option = new Option(flags.replace(long, spelled), description).hideHelp()
  return parseArg ? option.argParser(parseArg) : option
}

/** The name that commander keeps the other spelling by. */
const originalName = (option: Option): string | undefined => toOriginalSpelling(option)?.attributeName()

/** A second value would silently win over the first. Lists take both. */
function refuseTwice(command: Command, option: Option, isList: boolean): void {
  let before: string | null | undefined
  command.on(`option:${option.name()}`, (value: string | null) => {
    if (before !== undefined && before !== value && !isList)
      // Not with the values: they may be tokens.
      throw new UsageError(`${option.long ?? option.flags} is given twice, with two values`)
    before = value
  })
}

function addFlags(command: Command, table: FlagTable): Command {
  for (const { option } of Object.values(table)) {
    const isList = option.flags.endsWith('<list>')
    for (const each of [option, toOriginalSpelling(option)]) {
      if (!each) continue
      refuseTwice(command, each, isList)
      command.addOption(each)
    }
  }
  return command
}

/** Gives a command its flags, and behind them those of every command. */
export function defineFlags(command: Command, table: FlagTable = {}): Command {
  return addFlags(addFlags(command, table).optionsGroup('Flags of every command:'), GLOBAL_FLAGS)
}

export function readFlags<Table extends FlagTable>(command: Command, table: Table): Request<Table> {
  const kept = command.opts()
  const read = Object.entries(table).map(([name, { option, read }]) => {
    const spelled = originalName(option)
    const other = spelled === undefined ? undefined : read(kept[spelled])
    return [name, other ?? read(kept[option.attributeName()])]
  })
  // The table says the type of each; there is no way to say so of `fromEntries`.
  return Object.fromEntries(read) as Request<Table>
}

/** `dry_run` of `dryRun`. */
const snakeCase = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)

/** The global flags that were typed at any place; the one nearest to the end counts. */
export function readGlobalFlags(command: Command): GlobalRequest {
  const above = command.parent ? readGlobalFlags(command.parent) : {}
  const typed = Object.entries(readFlags(command, GLOBAL_FLAGS)).filter(([name]) =>
    [name, snakeCase(name)].some((each) => command.getOptionValueSource(each) === 'cli'),
  )
  return { ...above, ...Object.fromEntries(typed) }
}

/** `--platform-id`, as it is typed. */
export function toFlagName(field: string): string {
  return `--${field.replaceAll('_', '-')}`
}
