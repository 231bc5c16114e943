import { readFileSync } from 'node:fs'

/** Whether a process is there and running: one that has ended but was not waited for (a zombie) is not. */
export function isAlive(pid: number): boolean {
  if (!Number.isSafeInteger(pid) || pid <= 0) return false
  try {
    process.kill(pid, 0)
  } catch (error) {
    // EPERM: it is there, and belongs to somebody else.
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
  return !isZombie(pid)
}

/** In a container whose first process reaps nobody, an adopted postmaster stays a zombie for ever. */
function isZombie(pid: number): boolean {
  try {
    // proc(5): the state is the field after the name, which is in parentheses and may contain anything.
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return stat.slice(stat.lastIndexOf(')') + 2).startsWith('Z')
  } catch {
    return false
  }
}
