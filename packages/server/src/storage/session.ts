import type pg from 'pg'
import type { Statement } from './database.js'
import { fromDatabaseError } from './database-error.js'

/** One connection for as long as it lives: what is locked or listened to on it ends with it. */
export interface Session {
  query<Row extends object>(statement: Statement, values?: unknown[]): Promise<Row[]>
  /** Resolves when the connection is gone, whoever ended it. */
  readonly ended: Promise<void>
  /** Whether it is not gone. */
  readonly isOpen: boolean
  end(): Promise<void>
}

export interface SessionOptions {
  client: pg.Client
  onNotification: (channel: string) => void
}

/** @throws EprError UNAVAILABLE when the database cannot be reached */
export async function openSession({ client, onNotification }: SessionOptions): Promise<Session> {
  let isOpen = true
  const ended = new Promise<void>((resolve) => {
    client.once('end', () => resolve())
    // Without a listener an error event would end the process; `end` follows it.
    client.on('error', () => resolve())
  })
  void ended.then(() => {
    isOpen = false
  })
  client.on('notification', ({ channel }) => onNotification(channel))
  try {
    await client.connect()
  } catch (error) {
    throw fromDatabaseError(error)
  }
  return {
    async query<Row extends object>(statement: Statement, values: unknown[] = []) {
      const query = typeof statement === 'string' ? { text: statement } : statement
      try {
        return (await client.query<Row>({ ...query, values })).rows
      } catch (error) {
        throw fromDatabaseError(error)
      }
    },
    ended,
    get isOpen() {
      return isOpen
    },
    end: () => client.end(),
  }
}
