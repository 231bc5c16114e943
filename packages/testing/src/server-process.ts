import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { waitFor } from './wait.js'

/** A server as a process of its own. */
export interface ServerProcess {
  readonly url: string
  readonly process: ChildProcess
  /** Everything it has written so far. */
  output(): { stdout: string; stderr: string }
  /** Sends a signal (default SIGTERM) and resolves with the exit code, or null after a deadly signal. */
  stop(signal?: NodeJS.Signals): Promise<number | null>
}

export interface ServerProcessOptions {
  /** The launcher of `epr-server`. */
  bin: string
  args?: readonly string[]
  /** Beside what is inherited, but for what begins with `EPR_`. */
  env?: Record<string, string>
  /** @default 60_000 */
  startTimeoutMs?: number
}

function environment(extra: Record<string, string> = {}): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('EPR_'))
  return { ...Object.fromEntries(inherited), ...extra }
}

/** As the first line of the program has them, which not every system reads. */
const NODE_FLAGS = ['--max-semi-space-size=8']

/** Runs the server to its end, for starts that fail. */
export async function runServer(options: ServerProcessOptions) {
  const child = spawn(process.execPath, [...NODE_FLAGS, options.bin, ...(options.args ?? [])], {
    env: environment(options.env),
  })
  const written = collect(child)
  const [code] = (await once(child, 'close')) as [number | null]
  return { code, ...written() }
}

function collect(child: ChildProcess): () => { stdout: string; stderr: string } {
  let stdout = ''
  let stderr = ''
  child.stdout?.on('data', (chunk) => {
    stdout += String(chunk)
  })
  child.stderr?.on('data', (chunk) => {
    stderr += String(chunk)
  })
  return () => ({ stdout, stderr })
}

/** Starts a server on a free port and waits until it says where it listens. */
export async function startServer(options: ServerProcessOptions): Promise<ServerProcess> {
  const child = spawn(
    process.execPath,
    [...NODE_FLAGS, options.bin, '--port', '0', ...(options.args ?? [])],
    {
      env: environment(options.env),
    },
  )
  const output = collect(child)
  const exited = once(child, 'close') as Promise<[number | null]>
  const listening = waitFor(
    'the server to listen',
    () => child.exitCode ?? /EPR listening on (\S+)/.exec(output().stdout)?.[1],
    options.startTimeoutMs ?? 60_000,
  ).catch((error: unknown) => {
    child.kill('SIGKILL')
    throw error
  })
  const url = await listening
  if (typeof url === 'number') throw new Error(`the server ended with ${url}: ${output().stderr}`)
  return {
    url,
    process: child,
    output,
    async stop(signal = 'SIGTERM') {
      child.kill(signal)
      const [code] = await exited
      return code
    },
  }
}
