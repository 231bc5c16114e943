import type { Client, ClientOptions } from '@epr/client'
import { toPlainLine } from '@epr/model'
import { UsageError } from '../exit/usage-error.js'
import { CLEAR_LINE } from '../output/progress.js'
import type { Settings } from './config.js'
import type { Io } from './context.js'

/** Longer than a server takes to start again, also with an embedded database that was killed. */
const RECORD_RETRY_MS = 30_000
/** Who asks sits in front of it: some tries, which take a second or two. */
const ASK_ATTEMPTS = 5

const toSeconds = (ms: number): string => `${Math.round(ms / 100) / 10} s`

/** Says once that the server is away: silence for half a minute looks like a program that hangs. */
function createNotice(stderr: NodeJS.WriteStream, retryForMs: number): NonNullable<ClientOptions['onRetry']> {
  let isSaid = false
  return (error) => {
    if (isSaid) return
    isSaid = true
    const line = `epr-cli: ${toPlainLine(error.message)}; trying again for ${toSeconds(retryForMs)} (--retry)\n`
    stderr.write(stderr.isTTY ? CLEAR_LINE + line : line)
  }
}

/** How often and for how long a command tries. */
function toRetry(
  purpose: 'ask' | 'record',
  { retryMs }: Settings,
  stderr: NodeJS.WriteStream,
): Partial<ClientOptions> {
  const retryForMs = retryMs ?? (purpose === 'record' ? RECORD_RETRY_MS : undefined)
  if (retryForMs === undefined) return { retry: { attempts: ASK_ATTEMPTS } }
  return { retryForMs, onRetry: createNotice(stderr, retryForMs) }
}

/** Whether the environment says nothing of how to reach it: then nothing is loaded for that. */
const isPlain = (url: string, env: NodeJS.ProcessEnv): boolean =>
  !Object.keys(env).some((name) => /^(https?_proxy|all_proxy)$/i.test(name)) &&
  !(env.SSL_CERT_FILE && url.startsWith('https:'))

async function findDispatcher(url: string, env: NodeJS.ProcessEnv): Promise<object | undefined> {
  const { environmentDispatcher } = await import('@epr/client/node')
  return environmentDispatcher(url, env)
}

/** @throws UsageError for an invalid --url or --token, or an environment that names no proxy or certificates */
export async function connect(
  purpose: 'ask' | 'record',
  settings: Settings,
  { stderr, env }: Pick<Io, 'stderr' | 'env'>,
): Promise<Client> {
  const { createClient } = await import('@epr/client')
  const { url, token, timeoutMs } = settings
  const dispatcher = isPlain(url, env) ? undefined : await findDispatcher(url, env)
  try {
    const client = { url, token, timeoutMs, ...toRetry(purpose, settings, stderr) }
    return createClient({ ...client, ...(dispatcher && { dispatcher }) })
  } catch (error) {
    throw new UsageError(`--${(error as Error).message}`, error)
  }
}
