import { PassThrough } from 'node:stream'
import { tellFailure } from '../src/exit/failure.js'
import { runProgram } from '../src/program.js'
import type { Io } from '../src/settings/context.js'

export interface InProcessOptions {
  env?: Record<string, string>
  input?: string | Uint8Array
  /** Whether stdout and stderr are terminals. */
  isTerminal?: boolean
  columns?: number
}

/** Text that is written, and the stream that it is written to. */
function createSink({ isTerminal = false, columns = 100 }: InProcessOptions) {
  const stream = Object.assign(new PassThrough(), isTerminal && { isTTY: true, columns })
  const chunks: string[] = []
  stream.setEncoding('utf8').on('data', (chunk: string) => void chunks.push(chunk))
  return { stream, text: () => chunks.join('') }
}

/** Runs the command line in this process, as `main` does: a test of what it says that starts nothing. */
export async function runInProcess(args: readonly string[], options: InProcessOptions = {}) {
  const [stdout, stderr] = [createSink(options), createSink(options)]
  const stdin = new PassThrough()
  stdin.end(options.input ?? '')
  const env = { XDG_CONFIG_HOME: '/nonexistent', NO_COLOR: '1', ...options.env }
  const io = { stdin, stdout: stdout.stream, stderr: stderr.stream, env } as unknown as Io
  const code = await runProgram(args, '0.0.0', io).catch((error: unknown) =>
    tellFailure(error, { args, env, stderr: stderr.stream }),
  )
  return { code, stdout: stdout.text(), stderr: stderr.text() }
}
