import { explainStatus, type GateStatus, gateStanding, nvrppSchema, type ReceiverStatus } from '@epr/model'
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

export function createGateStatus(database: Database): ReadGateStatus {
  return async (groupId, fields, { principal }) => {
    assertMay(principal, { verb: 'read' })
    const nvrpp = parseInput(nvrppSchema, fields)
    const [group] = await selectGroupsById(database, [groupId])
    if (!group) throw groupNotFound(groupId)
    const receivers = (await selectLatestEvents(database, groupId, nvrppHash(nvrpp))).map(toReceiverStatus)
    const standing = gateStanding(receivers)
    return {
      group_id: groupId,
      group_name: group.name,
      group_version: group.version,
      enabled: group.enabled,
      ...standing,
      explanation: explainStatus({ ...standing, receivers }, Date.now()),
      receivers,
    }
  }
}
