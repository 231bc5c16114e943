import { EprError } from '@epr/model'
import type { Logger } from 'pino'
import { findActorId } from '../storage/actors.js'
import type { Database } from '../storage/database.js'
import { nvrppHash } from '../storage/nvrpp-hash.js'
import {
  fetchOriginalEvents,
  missingOriginalTables,
  openOriginalEvents,
  selectOriginalGroups,
  selectOriginalReceivers,
} from './source.js'
import { IMPORTER, importEvents, importGroup, importReceivers } from './target.js'

/** Of one kind: how many the original has, and how many of them were not here yet. */
export interface ImportCount {
  found: number
  imported: number
}

export interface ImportResult {
  receivers: ImportCount
  groups: ImportCount
  events: ImportCount
}

export interface ImportOptions {
  /** The database that the original writes. */
  source: Database
  target: Database
  log: Pick<Logger, 'info'>
}

/** Few, because each may be an SBOM of megabytes. */
const EVENTS_AT_ONCE = 50
/** After so many events there is a line in the log. */
const REPORT_EVERY = 100_000

async function importAllReceivers({ source, target }: ImportOptions): Promise<ImportCount> {
  const receivers = await selectOriginalReceivers(source)
  return { found: receivers.length, imported: await importReceivers(target, receivers) }
}

async function importAllGroups({ source, target }: ImportOptions): Promise<ImportCount> {
  const groups = await selectOriginalGroups(source)
  let imported = 0
  for (const group of groups)
    if (await target.transaction((connection) => importGroup(connection, group))) imported++
  return { found: groups.length, imported }
}

async function importAllEvents({ source, target, log }: ImportOptions): Promise<ImportCount> {
  const actorId = await findActorId(target, IMPORTER)
  return source.transaction(async (connection) => {
    await openOriginalEvents(connection)
    const count: ImportCount = { found: 0, imported: 0 }
    for (;;) {
      const events = await fetchOriginalEvents(connection, EVENTS_AT_ONCE)
      if (events.length === 0) return count
      const rows = events.map((event) => ({ ...event, nvrpp: nvrppHash(event) }))
      count.imported += await importEvents(target, rows, actorId)
      const before = count.found
      count.found += events.length
      if (Math.floor(before / REPORT_EVERY) !== Math.floor(count.found / REPORT_EVERY))
        log.info({ ...count }, 'importing events')
    }
  })
}

/**
 * Copies what the original server has recorded, with its ids and times, in the order in which it was recorded.
 * What is here already is left as it is, so that it can be done again, for what has come since. It sends no
 * messages and completes no groups: that has happened.
 *
 * @throws EprError INVALID_ARGUMENT when the database is not the original's
 */
export async function importOriginal(options: ImportOptions): Promise<ImportResult> {
  const missing = await missingOriginalTables(options.source)
  if (missing.length > 0) {
    throw new EprError(
      'INVALID_ARGUMENT',
      `the database to import has no ${missing.map((table) => `public.${table}`).join(', ')}: name the one that the original server writes`,
    )
  }
  // Receivers before the groups that hold them, both before events.
  const receivers = await importAllReceivers(options)
  const groups = await importAllGroups(options)
  return { receivers, groups, events: await importAllEvents(options) }
}
