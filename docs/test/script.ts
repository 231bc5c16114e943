import { type ChildProcess, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))

/** An npm script of the repository, as somebody starts it who has just cloned it. */
export interface Script {
  readonly child: ChildProcess
  /** Everything it has written so far. */
  output(): { stdout: string; stderr: string }
}

/** @param args of npm, such as `['start', '--', '--port', '0']` */
export const startScript = (args: readonly string[], env: Record<string, string> = {}): Script =>
  startProgram('npm', args, env)

/** A program, at the root of the repository. */
export function startProgram(
  program: string,
  args: readonly string[],
  env: Record<string, string> = {},
): Script {
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('EPR_'))
  const child = spawn(program, args, { cwd: ROOT, env: { ...Object.fromEntries(inherited), ...env } })
  let stdout = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text
  })
  return { child, output: () => ({ stdout, stderr }) }
}

/** Whether somebody answers at a URL. */
export const isListening = (url: string): Promise<boolean> =>
  fetch(`${url}/healthz/liveness`).then(
    ({ ok }) => ok,
    () => false,
  )
