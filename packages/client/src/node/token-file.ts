import { readFile, stat } from 'node:fs/promises'
import { EprError } from '@epr/model'
import type { TokenSource } from '../options.js'

/** How often it is looked whether the file has changed. */
const LOOK_MS = 2_000

/**
 * The token in a file, read again when the file is another: also one that is replaced by renaming what a symbolic link leads to,
 * as Kubernetes does with the tokens of service accounts. While it cannot be read, or is empty, the last token is given.
 *
 * @returns a source whose `get` rejects with INVALID_ARGUMENT as long as nothing could be read
 */
export function tokenFile(file: string): TokenSource {
  let token: string | undefined
  let mark: string | undefined
  let lookedAt = Number.NEGATIVE_INFINITY

  /** @param known a mark of a file that need not be read again */
  async function read(known: string | undefined): Promise<void> {
    const { ino, size, mtimeNs } = await stat(file, { bigint: true })
    const found = `${ino} ${size} ${mtimeNs}`
    if (found === known) return
    const text = (await readFile(file, 'utf8')).trim()
    if (text === '') throw new EprError('INVALID_ARGUMENT', `the token file ${file} is empty`)
    token = text
    mark = found
  }

  async function look(known: string | undefined): Promise<string | undefined> {
    lookedAt = performance.now()
    try {
      await read(known)
    } catch (cause) {
      if (token !== undefined) return token
      if (cause instanceof EprError) throw cause
      const { code } = cause as NodeJS.ErrnoException
      throw new EprError('INVALID_ARGUMENT', `the token file ${file} cannot be read: ${code}`, { cause })
    }
    return token
  }

  return {
    get: async () =>
      token !== undefined && performance.now() - lookedAt < LOOK_MS ? token : await look(mark),
    renew: () => look(undefined),
  }
}
