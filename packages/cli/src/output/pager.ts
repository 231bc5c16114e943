import { spawn } from 'node:child_process'
import { once } from 'node:events'

/** What shows a text page by page. */
export interface Pager {
  /** A line of the shell. */
  command: string
  env: NodeJS.ProcessEnv
}

/** Ends by itself on one screen, keeps colours, and leaves the text where it was: as git has less and lv. */
const DEFAULTS = { LESS: 'FRX', LV: '-c' }
/** The shell's, when there is no such program, or it may not be run. */
const NOT_STARTED: readonly (number | null)[] = [126, 127]

/** The pager that the environment names: none when that is nothing or `cat`. */
export function findPager(env: NodeJS.ProcessEnv): Pager | undefined {
  const command = env.EPR_PAGER ?? env.PAGER ?? 'less'
  if (command.trim() === '' || command === 'cat' || env.TERM === 'dumb') return undefined
  return { command, env: { ...DEFAULTS, ...env } }
}

/** Shows a text in a pager, and resolves when people have seen enough. Gives false when there is no such pager. */
export async function showInPager(text: string, { command, env }: Pager): Promise<boolean> {
  const child = spawn(command, { shell: true, env, stdio: ['pipe', 'inherit', 'inherit'] })
  // The pager's own business: without this, Ctrl-C in it would end us and leave the terminal to both.
  const ignore = () => undefined
  process.on('SIGINT', ignore)
  try {
    // Whoever quits in the middle has seen enough.
    child.stdin.on('error', ignore).end(text)
    const [code] = (await once(child, 'close')) as [number | null]
    return !NOT_STARTED.includes(code)
  } catch {
    return false
  } finally {
    process.off('SIGINT', ignore)
  }
}
