import type pg from 'pg'
import { ask, cut, type Statement } from './database.js'
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
  /** How long each answer is waited for before the session is given up. */
  deadlineMs: number
  onNotification: (channel: string) => void
}

/** How long PostgreSQL's goodbye is waited for. */
const GOODBYE_MS = 500

/** @throws EprError UNAVAILABLE when the database cannot be reached */
export async function openSession({ client, deadlineMs, onNotification }: SessionOptions): Promise<Session> {
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
    query: (statement, values = []) => ask(client, statement, values, deadlineMs),
    ended,
    get isOpen() {
      return isOpen
    },
    async end() {
      const late = setTimeout(() => cut(client), GOODBYE_MS)
      await client.end().finally(() => clearTimeout(late))
    },
  }
}
