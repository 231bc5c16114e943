import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { caller } from '@epr/testkit'

const LAUNCHER = fileURLToPath(new URL('../bin/epr-cli.mjs', import.meta.url))

export interface CliResult {
  code: number | null
  stdout: string
  stderr: string
}

export interface CliOptions {
  url?: string
  env?: Record<string, string>
  input?: string
}

/** What this machine has for the programs of users, and what a CI has for its jobs. */
const OF_OTHERS = /^(EPR_|ACTIONS_ID_TOKEN_|BUILDKITE_AGENT_|CIRCLE_OIDC_)/
/** What says something about colours in the environment of the tests; node takes a CI for a terminal without. */
const COLOURS = ['NO_COLOR', 'FORCE_COLOR', 'NODE_DISABLE_COLORS', 'CI']

function environment({ url, env }: CliOptions): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(
    ([name]) => !OF_OTHERS.test(name) && !COLOURS.includes(name),
  )
  const home = { XDG_CONFIG_HOME: '/nonexistent', TERM: 'xterm' }
  return { ...Object.fromEntries(inherited), ...home, ...caller.env, ...(url && { EPR_URL: url }), ...env }
}

export function startCli(args: readonly string[], options: CliOptions = {}) {
  return spawn(process.execPath, [LAUNCHER, ...args], { env: environment(options) })
}

async function collect(child: ReturnType<typeof startCli>, input = ''): Promise<CliResult> {
  let stdout = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text
  })
  child.stdin.on('error', () => undefined).end(input)
  const [code] = (await once(child, 'close')) as [number | null]
  return { code, stdout, stderr }
}

/** Runs the built binary to its end, with pipes. */
export function runCli(args: readonly string[], options: CliOptions = {}): Promise<CliResult> {
  return collect(startCli(args, options), options.input)
}

const quote = (word: string): string => `'${word.replaceAll("'", `'\\''`)}'`

/** Whether there is util-linux, whose `script` gives a terminal; that of other systems takes other flags. */
export const hasTerminal = process.platform === 'linux' && existsSync('/usr/bin/script')

/** Runs it on a terminal of its own (script, of util-linux); stdout is then all that the terminal shows. */
export function runOnTerminal(
  args: readonly string[],
  { columns = 100, rows = 0, ...options }: CliOptions & { columns?: number; rows?: number } = {},
): Promise<CliResult> {
  const command = `stty cols ${columns} rows ${rows}; ${[process.execPath, LAUNCHER, ...args].map(quote).join(' ')}`
  return collect(spawn('script', ['-qec', command, '/dev/null'], { env: environment(options) }))
}

/** Runs a line of a shell in which `epr-cli` is the built binary. */
export function runShell(line: string, options: CliOptions = {}): Promise<CliResult> {
  const define = `epr-cli() { ${quote(process.execPath)} ${quote(LAUNCHER)} "$@"; }`
  const child = spawn('bash', ['-c', `set -o pipefail; ${define}\n${line}`], { env: environment(options) })
  return collect(child)
}

/** The id in the answer to a creation. */
export function idOf({ stdout, stderr }: CliResult): string {
  const id = /[0-7][0-9A-HJKMNP-TV-Z]{25}/.exec(stdout)?.[0]
  if (id === undefined) throw new Error(`nothing was created: ${stderr}`)
  return id
}

export const NVRPP_FLAGS = '--name shop --version 1.2.0 --release 1 --platform-id linux --package oci'.split(
  ' ',
)
