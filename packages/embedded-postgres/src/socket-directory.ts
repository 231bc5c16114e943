import { chmodSync, lstatSync } from 'node:fs'
import { mkdir, mkdtemp, rmdir, unlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { EprError } from '@epr/model'

/** Of no meaning but in the name of the socket file: nothing listens on TCP. */
export const SOCKET_PORT = 5432
const PREFIX = 'epr-'
/** sun_path of unix(7) less its final NUL; 104 on macOS. */
const MAX_SOCKET_BYTES = process.platform === 'darwin' ? 103 : 107

/**
 * Makes a directory that only we may enter: whoever reaches the socket in it is the superuser of the database.
 * In the temporary directory, or, where its path is too long or nothing can be made there, in `/tmp` or `fallback`.
 */
export async function makeSocketDirectory(fallback: string): Promise<string> {
  const failures: unknown[] = []
  for (const parent of new Set([tmpdir(), '/tmp', fallback])) {
    if (Buffer.byteLength(socketFile(join(parent, `${PREFIX}XXXXXX`))) > MAX_SOCKET_BYTES) continue
    try {
      const directory = await mkdtemp(join(parent, PREFIX))
      // mkdtemp(3) makes it 0700 less the umask.
      chmodSync(directory, 0o700)
      return directory
    } catch (error) {
      failures.push(error)
    }
  }
  throw new EprError(
    'UNAVAILABLE',
    `PostgreSQL's socket has no place: no directory can be made in ${tmpdir()} or /tmp, make one of them writable`,
    { cause: failures[0] },
  )
}

/** Makes the directory that was there before, when something has removed it. */
export async function remakeSocketDirectory(directory: string): Promise<void> {
  await mkdir(directory, { mode: 0o700 }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST' || !isSocketDirectory(directory)) throw error
  })
  await removeSocket(directory)
}

/** Removes a socket directory and what PostgreSQL leaves in it; does nothing to any other directory. */
export async function removeSocketDirectory(directory: string): Promise<void> {
  if (!isSocketDirectory(directory)) return
  await removeSocket(directory)
  await rmdir(directory).catch(() => undefined)
}

async function removeSocket(directory: string): Promise<void> {
  for (const file of [socketFile(directory), `${socketFile(directory)}.lock`]) {
    await unlink(file).catch(() => undefined)
  }
}

/** In a public temporary directory anybody could have made one of that name: only ours counts. */
function isSocketDirectory(directory: string): boolean {
  const found = lstatSync(directory, { throwIfNoEntry: false })
  if (found === undefined || !basename(directory).startsWith(PREFIX)) return false
  return found.isDirectory() && found.uid === process.getuid?.() && (found.mode & 0o077) === 0
}

function socketFile(directory: string): string {
  return join(directory, `.s.PGSQL.${SOCKET_PORT}`)
}
