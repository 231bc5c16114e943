import type { Finding, Findings } from '@epr/model'
import { assertMay } from '../access/rights.js'
import type { Call } from '../call.js'
import type { Database } from '../storage/database.js'
import { countDefinitions, selectStuck, selectUsage, type UsageRow } from '../storage/usage.js'
import { ofOperations, ofReceiver, ofStuck, ofWatcher } from './finding-texts.js'
import type { ReadOperations } from './operations.js'
import { getProgress } from './progress.js'
import type { Watchers } from './watchers.js'

/**
 * What somebody should look after: gates that nobody can pass, receivers that nobody uses, watchers that are silent, what is
 * behind.
 *
 * @throws EprError UNAVAILABLE while nothing is projected yet
 */
export type ReadFindings = (query: { days: number }, call: Call) => Promise<Findings>

export interface FindingsOptions {
  database: Database
  watchers: Pick<Watchers, 'find'>
  readOperations: ReadOperations
}

const PAGE = 500
/** More receivers than these are not gone through: the newest are. */
const MAX_RECEIVERS = 5_000

const bySeverity = (one: Finding, other: Finding) =>
  Number(one.severity === 'hint') - Number(other.severity === 'hint')

export function createFindings({ database, watchers, readOperations }: FindingsOptions): ReadFindings {
  async function readReceivers(days: number): Promise<UsageRow[]> {
    const rows: UsageRow[] = []
    while (rows.length < MAX_RECEIVERS) {
      const after = rows.at(-1)?.event_receiver_id
      const page = await selectUsage(database, { days, after, limit: PAGE })
      rows.push(...page)
      if (page.length < PAGE) break
    }
    return rows
  }

  return async ({ days }, call) => {
    assertMay(call.principal, { verb: 'read' })
    const progress = await getProgress(database)
    const stuck = await selectStuck(database, days)
    const receivers = await readReceivers(days)
    const known = await watchers.find(call)
    const { groups } = await countDefinitions(database)
    const found = [
      ...ofStuck(stuck, days),
      ...ofOperations(await readOperations(call)),
      ...known.flatMap(ofWatcher),
      ...receivers.flatMap((row) => ofReceiver(row, days)),
    ]
    return {
      data: found.sort(bySeverity),
      checked: { groups, receivers: receivers.length, watchers: known.length },
      ...progress,
    }
  }
}
