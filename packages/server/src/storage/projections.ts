import type { Connection } from './database.js'
import { NEWEST_CURSOR } from './outbox.js'

/** What of the projections the code makes: raised when it makes anything else than before, they are made again. */
export const PROJECTION_VERSION = 2

/** Begins them, or begins again what another version has made. @returns false while those of a newer server stay */
export async function beginProjection(connection: Connection): Promise<boolean> {
  const [row] = await connection.query<{ version: number }>('select begin_projection($1::int) as version', [
    PROJECTION_VERSION,
  ])
  return row?.version === PROJECTION_VERSION
}

type Step = 'project_messages' | 'project_history' | 'project_groups' | 'project_deliveries'

async function take(connection: Connection, step: Step, limit: number): Promise<number> {
  const statement = { name: step, text: `select ${step}($1::int, $2::int) as taken` }
  const [row] = await connection.query<{ taken: number }>(statement, [PROJECTION_VERSION, limit])
  return row?.taken ?? 0
}

/** @returns how many commits it were; undefined when they have to be begun (again) */
export async function projectMessages(connection: Connection, commits: number): Promise<number | undefined> {
  const taken = await take(connection, 'project_messages', commits)
  return taken < 0 ? undefined : taken
}

/** @returns how many events were looked at; 0 when all are in */
export const projectHistory = (connection: Connection, events: number): Promise<number> =>
  take(connection, 'project_history', events)

/** @returns how many artifacts were looked at for groups that are new; 0 when there is none to do */
export const projectGroups = (connection: Connection, artifacts: number): Promise<number> =>
  take(connection, 'project_groups', artifacts)

/** @returns how many events, or names and environments, were looked at for deliveries; 0 when nothing is left */
export const projectDeliveries = (connection: Connection, limit: number): Promise<number> =>
  take(connection, 'project_deliveries', limit)

/** Has the leader make all of them again. */
export async function resetProjection(connection: Connection): Promise<void> {
  await connection.query('update projection set version = 0')
}

export interface ProjectionProgress {
  /** Messages up to it are in. */
  cursor: string
  /** Events of before that are in, and about how many there are; null when all are in. */
  history: { done: number; size: number } | null
}

/** How far the projections are; undefined when they were never begun, or are to be made again. */
export async function selectProjectionProgress(
  connection: Connection,
): Promise<ProjectionProgress | undefined> {
  const [row] = await connection.query<{ cursor: string; done: number; size: number; whole: boolean }>(
    `select cursor, history_done::float8 as done, history_size::float8 as size, history_id is null as whole
     from projection where version > 0`,
  )
  return row && { cursor: row.cursor, history: row.whole ? null : { done: row.done, size: row.size } }
}

/** How many cursors the projections are behind the newest; about as many messages. Index outbox_cursor. */
export async function selectProjectionLag(connection: Connection): Promise<number> {
  const [row] = await connection.query<{ lag: number }>(
    `select greatest(coalesce(${NEWEST_CURSOR}, 0) - greatest(cursor, removed_cursor), 0)::float8 as lag
     from projection, retention`,
  )
  return row?.lag ?? 0
}
