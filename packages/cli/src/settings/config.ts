import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { InvalidArgumentError } from 'commander'
import { UsageError } from '../exit/usage-error.js'
import { OUTPUT_FORMATS, type OutputFormat } from '../output/output.js'
import { type GlobalRequest, parseBoolean, parseDuration, parseRetry } from './flags.js'

/** The settings of every command: a flag beats the environment beats the file. */
export interface Settings {
  url: string
  token: string | undefined
  /** Undefined: a table on a terminal, JSON otherwise. */
  output: OutputFormat | undefined
  timeoutMs: number
  /** For how long a call is made again; undefined for what fits the command. */
  retryMs: number | undefined
  dryRun: boolean
  indent: boolean
  debug: boolean
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

/** Reads flags, environment and file. @throws UsageError that names the place of an invalid value */
export async function readSettings(flags: GlobalRequest, env: NodeJS.ProcessEnv): Promise<Settings> {
  const file = new Map(
    Object.entries(await readConfigFile(flags.config ?? (env.EPR_CONFIG || undefined), env)),
  )

  /** What the environment or the file says, read as if it were typed. */
  function read<T>(name: string, parse: (text: string) => T, variable?: string): T | undefined {
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

  return {
    url: flags.url ?? read('url', String, 'EPR_URL') ?? 'http://localhost:8042',
    token: flags.token ?? read('token', String, 'EPR_TOKEN'),
    output: flags.output ?? read('output', parseOutput),
    timeoutMs: flags.timeout ?? read('timeout', parseDuration) ?? 30_000,
    retryMs: flags.retry ?? read('retry', parseRetry, 'EPR_RETRY'),
    dryRun: flags.dryRun ?? read('dry-run', parseBoolean) ?? false,
    indent: flags.indent !== false && !read('no-indent', parseBoolean),
    debug: flags.debug ?? read('debug', parseBoolean, 'EPR_DEBUG') ?? false,
  }
}
