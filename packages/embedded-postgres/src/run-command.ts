import { execFile } from 'node:child_process'

export interface CommandResult {
  /** The exit code; the name of the signal or of the system error (`ENOENT`) when there is none. */
  readonly code: number | string
  /** stdout and stderr together, at most 1 MiB. */
  readonly output: string
}

/** Runs a command to its end. Never rejects: how it went is the result. */
export function runCommand(
  command: readonly string[],
  options: { env: NodeJS.ProcessEnv; timeoutMs: number },
): Promise<CommandResult> {
  const [file = '', ...args] = command
  return new Promise((resolve) => {
    execFile(file, args, { env: options.env, timeout: options.timeoutMs }, (error, stdout, stderr) => {
      const code = error === null ? 0 : (error.code ?? error.signal ?? 'unknown')
      resolve({ code, output: `${stdout}${stderr}${typeof code === 'string' ? code : ''}` })
    })
  })
}

/** The line of a PostgreSQL program's output that says why it ended, in one line without its timestamp. */
export function lastFailure(output: string): string | undefined {
  const lines = output.split('\n').map((line) => line.trim())
  const fatal = lines.findLast((line) => /\b(FATAL|PANIC):/.test(line))
  const line =
    fatal ?? lines.findLast((line) => /\berror\b|cannot|could not|failed|denied|No such/i.test(line))
  return (line ?? lines.findLast((line) => line !== ''))?.replace(/^.*\b(?=(FATAL|PANIC): )/, '')
}
