import { mkdir, open, readFile, rename } from 'node:fs/promises'
import { dirname } from 'node:path'
import { EprError, isCursor } from '@epr/model'
import type { CursorWindow } from './cursor-window.js'

/** Where a watcher of the feed remembers how far it is. */
export interface CursorStore {
  /** Undefined when nothing was ever written. */
  read(): Promise<string | undefined>
  /** Resolves once it is safe. */
  write(cursor: string): Promise<void>
}

const isMissing = (error: unknown): boolean => (error as NodeJS.ErrnoException).code === 'ENOENT'

/** A file that always holds a whole cursor: a new one is written beside it, synced and renamed. */
export function createCursorFile(file: string): CursorStore {
  return {
    async read() {
      const text = await readFile(file, 'utf8').catch((error: unknown) => {
        if (isMissing(error)) return undefined
        throw error
      })
      const cursor = text?.trim()
      if (cursor === undefined || isCursor(cursor)) return cursor
      throw new EprError('INVALID_ARGUMENT', `${file} holds no cursor: mend it, or remove it to begin anew`)
    },
    async write(cursor) {
      await mkdir(dirname(file), { recursive: true, mode: 0o700 })
      const next = await open(`${file}.next`, 'w', 0o600)
      try {
        await next.writeFile(`${cursor}\n`)
        await next.sync()
      } finally {
        await next.close()
      }
      await rename(`${file}.next`, file)
    },
  }
}

/** Remembers how far all is done, one write at a time and never backwards. */
export function createCursorSaver(store: CursorStore, window: CursorWindow): () => Promise<void> {
  let saved: string | undefined
  let saving: Promise<void> = Promise.resolve()
  async function save(): Promise<void> {
    const { done } = window
    if (done === undefined || done === saved) return
    await store.write(done)
    saved = done
  }
  return () => {
    saving = saving.catch(() => undefined).then(save)
    return saving
  }
}
