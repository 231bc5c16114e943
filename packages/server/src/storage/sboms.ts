import type { Connection } from './database.js'
import { PROJECTION_VERSION } from './projections.js'

/** How often an SBOM is begun: what takes too long, or brings PostgreSQL down, is given up then. */
const MAX_TRIES = 3
/** The most components of one SBOM that are searched. */
const MAX_COMPONENTS = 50_000

export interface ReadSbom {
  event_id: string
  /** What is wrong with it; null when nothing is. */
  problem: string | null
}

/**
 * Takes the newest event that waits to be read as an SBOM, and of those first that were not begun yet. That it was begun is
 * committed before: it is not begun for ever.
 *
 * @returns undefined when none waits
 */
export async function projectNextSbom(connection: Connection): Promise<ReadSbom | undefined> {
  const [next] = await connection.query<{ event_id: string }>(
    `update sbom_queue set tries = tries + 1
     where event_id = (
       select event_id from sbom_queue where (select version from projection) = $1::int
       order by tries, event_id desc limit 1
     )
     returning event_id`,
    [PROJECTION_VERSION],
  )
  if (!next) return undefined
  const [read] = await connection.query<{ problem: string | null }>(
    'select project_sbom($1::int, $2::text, $3::int, $4::int) as problem',
    [PROJECTION_VERSION, next.event_id, MAX_TRIES, MAX_COMPONENTS],
  )
  return { ...next, problem: read?.problem ?? null }
}
