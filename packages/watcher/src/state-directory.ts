import { homedir } from 'node:os'
import { join } from 'node:path'
import { EprError } from '@epr/model'

/** A file of the watcher `name`, below `$XDG_STATE_HOME/epr` (XDG Base Directory Specification). */
export function toStateFile(name: string, suffix: string, env: NodeJS.ProcessEnv = process.env): string {
  if (!/^[A-Za-z0-9_-][A-Za-z0-9._-]{0,199}$/.test(name)) {
    const rule = 'letters, digits, dots, dashes and underscores, at most 200, and no dot at first'
    throw new EprError('INVALID_ARGUMENT', `the name of a watcher is ${rule}`)
  }
  return join(env.XDG_STATE_HOME || join(homedir(), '.local', 'state'), 'epr', `${name}${suffix}`)
}
