import { createReadStream } from 'node:fs'
import { mkdir, open } from 'node:fs/promises'
import { dirname } from 'node:path'
import { createInterface } from 'node:readline'
import { EprError } from '@epr/model'
import * as z from 'zod'
import type { DeadLetter } from '../dead-letter.js'

/** Dead letters of a watcher of the feed: JSON lines, of which each is whole and on the disk before it counts. */
export interface DeadLetterFile {
  append(letter: DeadLetter): Promise<void>
  read(): AsyncGenerator<DeadLetter, void, undefined>
}

const lineSchema = z.object({
  id: z.string(),
  kind: z.enum(['undecodable', 'unmatchable', 'handler-failed']),
  error: z.string(),
  attempts: z.number(),
  origin: z.object({ feed: z.string(), cursor: z.string(), time: z.string() }),
  group: z.string(),
  time: z.string(),
  value: z.string().nullable(),
})

function toLine({ id, kind, error, attempts, origin, group, time, value }: DeadLetter): string {
  const text = value === null || typeof value === 'string' ? value : Buffer.from(value).toString()
  return `${JSON.stringify({ id, kind, error, attempts, origin, group, time, value: text })}\n`
}

function fromLine(line: string, file: string): DeadLetter {
  try {
    return lineSchema.parse(JSON.parse(line))
  } catch (cause) {
    throw new EprError('INVALID_ARGUMENT', `${file} holds a line that is not a dead letter`, { cause })
  }
}

export function createDeadLetterFile(file: string): DeadLetterFile {
  let writing: Promise<void> = Promise.resolve()

  async function write(line: string): Promise<void> {
    await mkdir(dirname(file), { recursive: true, mode: 0o700 })
    const opened = await open(file, 'a', 0o600)
    try {
      await opened.writeFile(line)
      await opened.sync()
    } finally {
      await opened.close()
    }
  }

  return {
    append(letter) {
      writing = writing.catch(() => undefined).then(() => write(toLine(letter)))
      return writing
    },
    async *read() {
      const input = createReadStream(file, 'utf8')
      try {
        for await (const line of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY }))
          if (line !== '') yield fromLine(line, file)
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
      } finally {
        input.destroy()
      }
    },
  }
}
