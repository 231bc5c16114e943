import { posix, win32 } from 'node:path'

/**
 * Where the embedded database lives when `--db` is not given: `$XDG_DATA_HOME/epr`, also for root;
 * otherwise `/var/lib/epr` as root, and the data directory of the platform for everybody else.
 */
export function defaultDataDirectory(
  env: NodeJS.ProcessEnv,
  uid: number | undefined,
  home: string,
  platform: NodeJS.Platform = process.platform,
): string {
  // A relative XDG_DATA_HOME is to be ignored: XDG Base Directory Specification, "Basics".
  const xdg = env.XDG_DATA_HOME
  if (xdg !== undefined && posix.isAbsolute(xdg)) return posix.join(xdg, 'epr')
  if (platform === 'win32') return win32.join(env.LOCALAPPDATA ?? win32.join(home, 'AppData', 'Local'), 'epr')
  if (uid === 0) return '/var/lib/epr'
  if (platform === 'darwin') return posix.join(home, 'Library', 'Application Support', 'epr')
  return posix.join(home, '.local', 'share', 'epr')
}
