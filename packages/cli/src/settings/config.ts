import { join } from 'node:path'
import type { TokenSource } from '@epr/client'
import { InvalidArgumentError } from 'commander'
import { UsageError } from '../exit/usage-error.js'
import { OUTPUT_FORMATS, type OutputFormat } from '../output/output.js'
import { type GlobalRequest, parseBoolean, parseDuration, parseRetry } from './flags.js'
import { readSession } from './sessions.js'
import { readSettingsFile } from './settings-file.js'

/** The settings of every command: a flag beats the environment beats the file. */
export interface Settings {
  url: string
  token: string | TokenSource | undefined
  /** Undefined: a table on a terminal, JSON otherwise. */
  output: OutputFormat | undefined
  timeoutMs: number
  /** For how long a call is made again; undefined for what fits the command. */
  retryMs: number | undefined
  dryRun: boolean
  indent: boolean
  /** Whether long texts on a terminal go through a pager. */
  isPaged: boolean
  /** Whether only ids are shown. */
  isQuiet: boolean
  debug: boolean
}

function parseOutput(text: string): OutputFormat {
  const format = OUTPUT_FORMATS.find((known) => known === text)
  if (format) return format
  throw new InvalidArgumentError(`write one of ${OUTPUT_FORMATS.join(', ')}.`)
}

/** @throws UsageError for a file that cannot be read, or has nothing in it */
async function openTokenFile(file: string | undefined): Promise<TokenSource | undefined> {
  if (file === undefined) return undefined
  const { tokenFile } = await import('@epr/client/node')
  const source = tokenFile(file)
  await source.get().catch((error: Error) => {
    throw new UsageError(`--token-file: ${error.message}`, error)
  })
  return source
}

/** What says that this is a job of a CI that has a token for it: nothing is loaded where nothing does. */
const JOB_VARIABLES = [
  'ACTIONS_ID_TOKEN_REQUEST_TOKEN',
  'EPR_ID_TOKEN',
  'BUILDKITE_AGENT_ACCESS_TOKEN',
  'CIRCLE_OIDC_TOKEN_V2',
]

async function findJobToken(url: string, env: NodeJS.ProcessEnv): Promise<TokenSource | undefined> {
  if (!JOB_VARIABLES.some((name) => env[name])) return undefined
  const { jobToken } = await import('@epr/client/node')
  return jobToken(url, env)
}

/** Reads flags, environment and file. @throws UsageError that names the place of an invalid value */
export async function readSettings(flags: GlobalRequest, env: NodeJS.ProcessEnv): Promise<Settings> {
  const named = flags.config ?? (env.EPR_CONFIG || undefined)
  const configHome = env.XDG_CONFIG_HOME || join(env.HOME || '/', '.config')
  // The default place may be empty; a file that is named must be there.
  const file = await readSettingsFile(named ?? join(configHome, 'epr', 'epr.yaml'), named === undefined)

  /** What the environment or the file says, read as if it were typed. */
  function read<T>(name: string, parse: (text: string) => T, variable?: string): T | undefined {
    const ofEnvironment = variable === undefined ? undefined : env[variable] || undefined
    const value = ofEnvironment ?? file.get(name)
    if (value === undefined) return undefined
    try {
      return parse(value)
    } catch (error) {
      const place = ofEnvironment === undefined ? `--config: ${name}` : variable
      throw new UsageError(`${place}: ${(error as Error).message}`, error)
    }
  }

  const url = flags.url ?? read('url', String, 'EPR_URL') ?? 'http://localhost:8042'
  return {
    url,
    token:
      flags.token ??
      read('token', String, 'EPR_TOKEN') ??
      (await openTokenFile(flags.tokenFile ?? read('token-file', String, 'EPR_TOKEN_FILE'))) ??
      (await findJobToken(url, env)) ??
      (await readSession(url, env))?.token,
    output: flags.output ?? read('output', parseOutput),
    timeoutMs: flags.timeout ?? read('timeout', parseDuration) ?? 30_000,
    retryMs: flags.retry ?? read('retry', parseRetry, 'EPR_RETRY'),
    dryRun: flags.dryRun ?? read('dry-run', parseBoolean) ?? false,
    isQuiet: flags.quiet ?? false,
    indent: flags.indent !== false && !read('no-indent', parseBoolean),
    isPaged: flags.pager !== false && !read('no-pager', parseBoolean),
    debug: flags.debug ?? read('debug', parseBoolean, 'EPR_DEBUG') ?? false,
  }
}
