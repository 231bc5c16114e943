import { type GateStatus, nvrppSchema, type ReceiverStatus } from '@epr/model'
import { assertMay } from '../access/rights.js'
import type { Call } from '../call.js'
import type { Database } from '../storage/database.js'
import { type LatestEvent, selectGroupsById, selectLatestEvents } from '../storage/groups.js'
import { nvrppHash } from '../storage/nvrpp-hash.js'
import { groupNotFound } from './groups.js'
import { parseInput } from './input.js'

/**
 * Where an artifact stands at a gate. A disabled group is computed alike. Whether an event opens it is decided where the
 * event is written: storage/functions/decide_gates.sql.
 *
 * @throws EprError NOT_FOUND for the group, INVALID_ARGUMENT for a blank NVRPP field
 */
export type ReadGateStatus = (groupId: string, nvrpp: unknown, call: Call) => Promise<GateStatus>

function toReceiverStatus(latest: LatestEvent): ReceiverStatus {
  return {
    event_receiver_id: latest.event_receiver_id,
    event_receiver_name: latest.name ?? undefined,
    event_receiver_version: latest.version ?? undefined,
    state: latest.success === null ? 'missing' : latest.success ? 'passed' : 'failed',
    event_id: latest.event_id,
    event_description: latest.description,
    since: latest.created_at,
    actor: latest.actor,
  }
}

const STATES = { open: 'passed', failed: 'failed', missing: 'missing' } as const

/** The moment that made the gate's state: the first failure's, or the last success's. */
function stateSince(state: GateStatus['state'], receivers: ReceiverStatus[]): string | null {
  const deciding =
    state === 'missing' ? receivers : receivers.filter((receiver) => receiver.state === STATES[state])
  const moments = deciding.flatMap(({ since }) => since ?? []).sort((a, b) => Date.parse(a) - Date.parse(b))
  return (state === 'failed' ? moments[0] : moments.at(-1)) ?? null
}

export function createGateStatus(database: Database): ReadGateStatus {
  return async (groupId, fields, { principal }) => {
    assertMay(principal, { verb: 'read' })
    const nvrpp = parseInput(nvrppSchema, fields)
    const [group] = await selectGroupsById(database, [groupId])
    if (!group) throw groupNotFound(groupId)
    const receivers = (await selectLatestEvents(database, groupId, nvrppHash(nvrpp))).map(toReceiverStatus)
    const has = (state: ReceiverStatus['state']) => receivers.some((receiver) => receiver.state === state)
    const state = has('failed') ? 'failed' : has('missing') ? 'missing' : 'open'
    return {
      group_id: groupId,
      group_name: group.name,
      group_version: group.version,
      enabled: group.enabled,
      state,
      since: stateSince(state, receivers),
      receivers,
    }
  }
}
