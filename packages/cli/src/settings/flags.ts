import { type Command, InvalidArgumentError, Option } from 'commander'
import { parseDuration, parseMoment } from './duration.js'

/** How flags are read, and those that several commands have. */

export function parseFlag(text: string): boolean {
  if (text === 'true') return true
  if (text === 'false') return false
  throw new InvalidArgumentError('write true or false.')
}

/** `--success`, `--success=false` and `--success false` all mean what they say. */
export const flag = (name: string, description: string): Option =>
  new Option(`${name} [true|false]`, description).argParser(parseFlag)

export function parseList(text: string): string[] {
  return text.split(/[\s,]+/).filter((item) => item !== '')
}

function parseCount(text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text)
  throw new InvalidArgumentError('write a whole number from 1.')
}

/** The five fields that are an artifact's identity, with what stands before each description. */
export function addNvrppFlags(command: Command, of: string, fields = NVRPP_FLAGS): Command {
  for (const [name, description] of Object.entries(fields)) {
    command.option(`${name} <text>`, `${description} of ${of}`)
  }
  return command
}

const NVRPP_FLAGS = {
  '--name': 'name',
  '--version': 'version',
  '--release': 'release',
  '--platform-id': 'platform',
  '--package': 'package',
}

/** For what is shown as rows. */
export function addRowFlags(command: Command): Command {
  return command
    .addOption(
      new Option('--fields <list>', 'fields to show, with spaces or commas; all for every field').argParser(
        parseList,
      ),
    )
    .addOption(new Option('--limit <number>', 'how many at most').argParser(parseCount))
    .option('--all', 'all there are (tables show 100 otherwise)')
    .option('--jsonpath <path>', 'print what this JSONPath finds in the results')
}

export function addSearchFlags(command: Command): Command {
  return addRowFlags(command)
    .addOption(new Option('--order <order>', 'by time of creation').choices(['asc', 'desc']))
    .addOption(
      new Option('--since <moment>', 'created since: 2h, 2026-11-01 (UTC) or RFC 3339').argParser(
        parseMoment,
      ),
    )
}

/** What every command takes, before or after its name. */
export function addGlobalFlags(command: Command): Command {
  return command
    .optionsGroup('Flags of every command:')
    .option('--url <url>', 'where the server is (EPR_URL, default http://localhost:8042)')
    .option('--token <token>', 'sent as bearer token (EPR_TOKEN)')
    .option(
      '--config <file>',
      'YAML whose keys are flags (EPR_CONFIG, default $XDG_CONFIG_HOME/epr/epr.yaml)',
    )
    .addOption(
      new Option('-o, --output <format>', 'default: table on a terminal, json otherwise').choices(
        OUTPUT_FORMATS,
      ),
    )
    .addOption(
      new Option('--timeout <duration>', 'how long one call may take, 30s by default').argParser(
        parseDuration,
      ),
    )
    .option('--dry-run', 'show what would be sent, and send nothing')
    .option('--no-indent', 'JSON on one line')
    .option('--debug', 'show where an error comes from')
}

export const OUTPUT_FORMATS = ['json', 'ndjson', 'yaml', 'table'] as const
export type OutputFormat = (typeof OUTPUT_FORMATS)[number]
