import { type ChildProcess, spawn } from 'node:child_process'
import { constants } from 'node:os'

/** How a command ended. */
export interface Outcome {
  /** Its exit code; 128 + n after a signal, 127 or 126 when it could not be started, as shells say it. */
  exitCode: number
  startedAt: Date
  finishedAt: Date
  durationMs: number
  /** Why it could not be started. */
  problem?: string
}

const SIGNALS = ['SIGINT', 'SIGQUIT', 'SIGTERM', 'SIGHUP', 'SIGUSR2', 'SIGCONT'] as const
/** What a terminal sends to all processes in front: to pass it on would be to send it twice. */
const FROM_TERMINAL: ReadonlySet<string> = new Set(['SIGINT', 'SIGQUIT'])

/** Runs a command with this process's own stdin, stdout and stderr, and passes signals on to it. */
export async function runCommand(words: readonly string[], stdin: { isTTY?: boolean }): Promise<Outcome> {
  const [file = '', ...args] = words
  const startedAt = new Date()
  const startedMs = performance.now()
  const end = (exitCode: number, problem?: string): Outcome => ({
    exitCode,
    startedAt,
    finishedAt: new Date(),
    durationMs: Math.round(performance.now() - startedMs),
    ...(problem !== undefined && { problem }),
  })
  // Before the command starts: a signal that came between its start and this would end us and orphan it.
  const forwarding = forwardSignals(stdin)
  try {
    return await new Promise<Outcome>((resolve) => {
      const child = spawn(file, args, { stdio: 'inherit' })
      forwarding.to(child)
      child.on('error', (error: NodeJS.ErrnoException) => {
        resolve(
          end(error.code === 'ENOENT' ? 127 : 126, `cannot run ${file}: ${error.code ?? error.message}`),
        )
      })
      child.on('exit', (code, signal) => {
        resolve(end(code ?? 128 + (signal === null ? 0 : constants.signals[signal])))
      })
    })
  } finally {
    forwarding.stop()
  }
}

/** Passes signals on to a child; those that came before there was one, as soon as there is. */
function forwardSignals(stdin: { isTTY?: boolean }) {
  const waiting: NodeJS.Signals[] = []
  let child: ChildProcess | undefined
  const forward = (signal: NodeJS.Signals) => {
    if (stdin.isTTY && FROM_TERMINAL.has(signal)) return
    if (child) child.kill(signal)
    else waiting.push(signal)
  }
  for (const signal of SIGNALS) process.on(signal, forward)
  return {
    to(started: ChildProcess) {
      child = started
      for (const signal of waiting.splice(0)) child.kill(signal)
    },
    stop() {
      for (const signal of SIGNALS) process.off(signal, forward)
    },
  }
}
