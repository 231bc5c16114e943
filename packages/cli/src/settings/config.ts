import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { InvalidArgumentError } from 'commander'
import { UsageError } from '../exit/usage-error.js'
import { parseDuration } from './duration.js'
import { OUTPUT_FORMATS, type OutputFormat, parseFlag } from './flags.js'

/** What every command was told: a flag beats the environment beats the file. */
export interface Settings {
  url: string
  token: string | undefined
  /** Undefined: a table on a terminal, JSON otherwise. */
  output: OutputFormat | undefined
  timeoutMs: number
  dryRun: boolean
  indent: boolean
  debug: boolean
}

/** The values of global flags that were typed, by their names in camelCase. */
export type GlobalFlags = Readonly<Record<string, unknown>>

const ENVIRONMENT = {
  url: 'EPR_URL',
  token: 'EPR_TOKEN',
  debug: 'EPR_DEBUG',
}

/** The default place of the file, which may be absent; one that is named must be there. */
async function readConfigFile(named: string | undefined, env: NodeJS.ProcessEnv): Promise<object> {
  const configHome = env.XDG_CONFIG_HOME || join(env.HOME ?? '/', '.config')
  const file = named ?? join(configHome, 'epr', 'epr.yaml')
  try {
    const text = await readFile(file, 'utf8')
    const { parse } = await import('yaml')
    const content: unknown = parse(text) ?? {}
    if (typeof content === 'object' && !Array.isArray(content)) return content as object
    throw new Error('it must hold keys and values, like "url: http://localhost:8042"')
  } catch (error) {
    if (named === undefined && (error as NodeJS.ErrnoException).code === 'ENOENT') return {}
    const reason = (error as Error).message.split('\n')[0]
    throw new UsageError(`--config: cannot read ${file}: ${reason}`, error)
  }
}

function parseOutput(text: string): OutputFormat {
  const format = OUTPUT_FORMATS.find((known) => known === text)
  if (format) return format
  throw new InvalidArgumentError(`write one of ${OUTPUT_FORMATS.join(', ')}.`)
}

/** Reads flags, environment and file. @throws UsageError that names the place of a value that is none */
export async function readSettings(flags: GlobalFlags, env: NodeJS.ProcessEnv): Promise<Settings> {
  const named = typeof flags.config === 'string' ? flags.config : env.EPR_CONFIG || undefined
  const file = new Map(Object.entries(await readConfigFile(named, env)))

  /** Flags are parsed already; the others are texts, read as if they were typed. */
  function read<T>(name: string, parse: (text: string) => T): T | undefined {
    const attribute = name.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase())
    if (flags[attribute] !== undefined) return flags[attribute] as T
    const variable = ENVIRONMENT[name as keyof typeof ENVIRONMENT]
    const ofEnvironment = variable === undefined ? undefined : env[variable] || undefined
    const value = ofEnvironment ?? file.get(name)
    if (value === undefined || value === null) return undefined
    try {
      return parse(String(value))
    } catch (error) {
      const place = ofEnvironment === undefined ? `--config: ${name}` : variable
      throw new UsageError(`${place}: ${(error as Error).message}`, error)
    }
  }

  const text = (value: string) => value
  const isCompact = read('no-indent', parseFlag)
  return {
    url: read('url', text) ?? 'http://localhost:8042',
    token: read('token', text),
    output: read('output', parseOutput),
    timeoutMs: read('timeout', parseDuration) ?? 30_000,
    dryRun: read('dry-run', parseFlag) ?? false,
    indent: flags.indent !== false && !isCompact,
    debug: read('debug', (value) => value === '1' || parseFlag(value)) ?? false,
  }
}
