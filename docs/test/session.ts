import { spawn } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { waitFor } from '@epr/testkit'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const BLOCK_TIMEOUT_MS = 120_000
const STOP_TIMEOUT_MS = 10_000

/** One shell for all commands of a page, in a directory that looks like the repository's. */
export interface Session {
  /** Runs a block to its end. @returns what it printed @throws Error with its stderr when it failed */
  run(block: string): Promise<string>
  /** Starts a block that goes on. */
  start(block: string): Promise<void>
  /** What all blocks that go on have printed so far. */
  backgroundOutput(): Promise<string>
  /** Files and directories beside those of the repository, but for hidden ones. */
  leftBehind(): Promise<string[]>
  close(): Promise<void>
}

/** Files that pages make stay out of the tree. */
async function createDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'epr-docs-'))
  const left = (await readdir(ROOT)).filter((name) => name !== '.git')
  await Promise.all(left.map((name) => symlink(join(ROOT, name), join(directory, name))))
  return directory
}

function environment(directory: string, url: string, programs: readonly string[]): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('EPR_'))
  return {
    ...Object.fromEntries(inherited),
    PATH: [...programs, process.env.PATH].join(delimiter),
    EPR_URL: url,
    NO_COLOR: '1',
    XDG_CONFIG_HOME: join(directory, '.config'),
    XDG_DATA_HOME: join(directory, '.data'),
    XDG_STATE_HOME: join(directory, '.state'),
  }
}

/**
 * @param url of the server that the commands speak to
 * @param programs folders with programs that stand in for those of the system
 */
export async function startSession(url: string, programs: readonly string[] = []): Promise<Session> {
  const directory = await createDirectory()
  // In a group of its own, so that what its commands have left running ends with it.
  const shell = spawn('bash', ['--noprofile', '--norc', '-eu'], {
    cwd: directory,
    env: environment(directory, url, programs),
    detached: true,
  })
  let stdout = ''
  let stderr = ''
  let ended = false
  shell.stdout.on('data', (chunk) => {
    stdout += String(chunk)
  })
  shell.stderr.on('data', (chunk) => {
    stderr += String(chunk)
  })
  // The shell may have ended already when the next block comes: its end says so.
  shell.stdin.on('error', () => undefined)
  const closed = new Promise<void>((resolve) => {
    shell.once('close', () => {
      ended = true
      resolve()
    })
  })
  const backgroundFile = join(directory, '.background')

  /** Whether there was anybody to get it. */
  function signalGroup(signal: NodeJS.Signals | 0): boolean {
    try {
      return shell.pid !== undefined && process.kill(-shell.pid, signal)
    } catch {
      return false
    }
  }

  async function run(block: string): Promise<string> {
    const mark = `end-${crypto.randomUUID()}`
    stdout = ''
    stderr = ''
    shell.stdin.write(`${block}\nprintf '%s\\n' '${mark}'\n`)
    await waitFor('the end of a block', () => ended || stdout.includes(mark), BLOCK_TIMEOUT_MS)
    if (!stdout.includes(mark)) throw new Error(`it failed:\n${stdout}${stderr}`)
    return stdout.slice(0, stdout.indexOf(mark))
  }

  return {
    run,
    async start(block) {
      await run(`{ ${block}\n} >>'${backgroundFile}' 2>&1 &`)
    },
    async leftBehind() {
      const names = await readdir(directory, { withFileTypes: true })
      return names
        .filter((each) => !each.isSymbolicLink() && !each.name.startsWith('.'))
        .map(({ name }) => name)
    },
    backgroundOutput: () => readFile(backgroundFile, 'utf8').catch(() => ''),
    async close() {
      // Servers among them stop their PostgreSQL when they are asked to end, and leave it when they are killed.
      if (signalGroup('SIGTERM'))
        await waitFor('the end of what was left running', () => !signalGroup(0), STOP_TIMEOUT_MS).catch(() =>
          signalGroup('SIGKILL'),
        )
      await closed
      await rm(directory, { recursive: true, force: true })
    },
  }
}
