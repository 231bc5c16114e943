import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

interface Relative {
  pid: number
  parent: number
  session: number
  command: string
}

/** `npm start`, as npm calls itself, or how it was started. */
const NPM = /^np[mx]\b|\/np[mx]-cli\.js/
const SHELL = /^\S*\b(ba|da|z|)sh\b/
const POLL_MS = 500

/** proc(5) says all of it; where there is none (macOS), ps does. Undefined for a process that is gone. */
function look(pid: number): Relative | undefined {
  try {
    if (process.platform === 'linux') {
      const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')
      // Behind the name, which may hold anything: state, parent, process group, session.
      const [, parent, , session] =
        readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? []
      return { pid, parent: Number(parent), session: Number(session), command }
    }
    const line = execFileSync('ps', ['-o', 'ppid=,sess=,command=', '-p', String(pid)], { encoding: 'utf8' })
    const [parent = '', session = '', ...command] = line.trim().split(/\s+/)
    return { pid, parent: Number(parent), session: Number.parseInt(session, 16), command: command.join(' ') }
  } catch {
    return undefined
  }
}

/** The way up to npm, which has at most a shell between itself and what it starts. */
function findNpm(): Relative[] | undefined {
  const parent = look(process.ppid)
  if (!parent) return undefined
  if (NPM.test(parent.command)) return [parent]
  const above = SHELL.test(parent.command) ? look(parent.parent) : undefined
  return above && NPM.test(above.command) ? [parent, above] : undefined
}

/**
 * Calls `onGone` when the npm or npx that has started this process ends, in whatever way: killed by SIGKILL it can
 * tell nobody. Who leaves npm's session (setsid), or was not started by npm, goes on.
 */
export function watchNpm(env: NodeJS.ProcessEnv, onGone: () => void): void {
  if (env.npm_execpath === undefined) return
  const way = findNpm()
  const own = look(process.pid)
  if (!way || way.some(({ session }) => session !== own?.session)) return
  const [parent, npm] = way
  const timer = setInterval(() => {
    const isThere = process.ppid === parent?.pid && (!npm || look(parent.pid)?.parent === npm.pid)
    if (isThere) return
    clearInterval(timer)
    onGone()
  }, POLL_MS)
  timer.unref()
}
