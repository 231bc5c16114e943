import type { Connection } from './database.js'
import { LEADER_APPLICATION } from './locks.js'
import { NEWEST_CURSOR } from './outbox.js'
import { SILENT } from './watchers.js'

/** What the database says of itself and of the registry in it. */
export interface DatabaseFacts {
  version: string
  schema_version: number
  bytes: number
  events_estimate: number
  servers: number
  newest_cursor: string
  oldest_cursor: string
  kept_since: string | null
  watchers: number
  silent_watchers: number
}

/** Index outbox_cursor; what is counted is small, and events are estimated. */
export async function selectDatabaseFacts(connection: Connection): Promise<DatabaseFacts> {
  const [row] = await connection.query<DatabaseFacts>({
    name: 'select_database_facts',
    text: `
      select current_setting('server_version') as version,
             (select max(version) from migrations) as schema_version,
             pg_database_size(current_database())::float8 as bytes,
             (select greatest(reltuples, 0)::float8 from pg_class where oid = 'events'::regclass) as events_estimate,
             -- Each server holds one such connection, leading or not.
             (select count(*)::int from pg_stat_activity
              where datname = current_database() and application_name = '${LEADER_APPLICATION}') as servers,
             coalesce(${NEWEST_CURSOR}, removed_cursor)::text as newest_cursor,
             removed_cursor::text as oldest_cursor,
             (select numbered_at from outbox where first_cursor > removed_cursor order by first_cursor limit 1) as kept_since,
             (select count(*)::int from watchers) as watchers,
             (select count(*)::int from watchers where seen_at < now() - ${SILENT}) as silent_watchers
      from retention`,
  })
  if (!row) throw new Error('the database has no row in retention: restore it from a backup')
  return row
}
