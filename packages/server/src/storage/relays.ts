import type { Connection } from './database.js'
import { NEWEST_CURSOR } from './outbox.js'

/** The cursor up to which a topic's messages have been published; a new topic begins at the oldest kept. */
export async function openRelay(connection: Connection, topic: string): Promise<string> {
  await connection.query('insert into relays (topic) values ($1::text) on conflict do nothing', [topic])
  const [row] = await connection.query<{ cursor: string }>(
    'select published_cursor as cursor from relays where topic = $1::text',
    [topic],
  )
  return row?.cursor ?? '0'
}

/**
 * Messages up to `cursor` are on the topic, which once true stays true. So the mark only moves forward, and a
 * server that has just lost the lead may still set it for what it did publish.
 */
export async function markPublished(connection: Connection, topic: string, cursor: string): Promise<void> {
  await connection.query(
    'update relays set published_cursor = $2::bigint where topic = $1::text and published_cursor < $2::bigint',
    [topic, cursor],
  )
}

export interface RelayProgress {
  cursor: string
  /** How many cursors are behind it; about as many messages wait. */
  lag: number
}

export async function selectRelayProgress(connection: Connection, topic: string): Promise<RelayProgress> {
  const [row] = await connection.query<{ cursor: string; lag: string }>(
    `select published as cursor, greatest(newest - greatest(published, removed_cursor), 0) as lag
     from retention,
          coalesce((select published_cursor from relays where topic = $1::text), 0) as published,
          coalesce(${NEWEST_CURSOR}, 0) as newest`,
    [topic],
  )
  return { cursor: row?.cursor ?? '0', lag: Number(row?.lag ?? 0) }
}
