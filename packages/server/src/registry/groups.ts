import {
  type EventReceiverGroup,
  eventReceiverGroupInputSchema,
  eventReceiverGroupPatchSchema,
  MESSAGE_TYPES,
  type Page,
} from '@epr/model'
import type { Actors } from '../access/actors.js'
import { assertMay } from '../access/rights.js'
import type { Call } from '../call.js'
import { insertAct } from '../storage/access.js'
import type { Definitions } from '../storage/definition-cache.js'
import {
  type GroupSearch,
  insertGroup,
  selectGroups,
  selectGroupsById,
  updateGroupEnabled,
} from '../storage/groups.js'
import { insertKey } from '../storage/idempotency-keys.js'
import type { Databases } from '../storage/open-database.js'
import { insertMessage } from '../storage/outbox.js'
import type { Idempotency, ToClaim } from './idempotency.js'
import type { Identity } from './identity.js'
import { parseInput } from './input.js'
import { notFound } from './not-found.js'

export interface Groups {
  /** @throws EprError INVALID_ARGUMENT for blank fields and for receivers that are missing, repeated or unknown */
  create(fields: unknown, call: Call): Promise<string>
  /** @throws EprError NOT_FOUND */
  get(id: string, call: Call): Promise<EventReceiverGroup>
  find(search: GroupSearch, call: Call): Promise<Page<EventReceiverGroup>>
  /**
   * Enables or disables a group, also when it is so already: `updated_at` moves and a message is sent.
   *
   * @throws EprError NOT_FOUND
   */
  setEnabled(id: string, enabled: boolean, call: Call): Promise<void>
  /** The same from a body `{"enabled": true|false}`. @throws EprError INVALID_ARGUMENT, NOT_FOUND */
  patch(id: string, fields: unknown, call: Call): Promise<void>
}

export interface GroupsOptions {
  databases: Pick<Databases, 'recording' | 'reading'>
  definitions: Definitions
  idempotency: Idempotency
  actors: Actors
  nextIdentity: () => Identity
  /** Called after messages have been committed. */
  onMessages: () => void
}

export const groupNotFound = (id: string) => notFound('event receiver group', id)

export function createGroups(options: GroupsOptions): Groups {
  const { databases, definitions, idempotency, actors } = options

  async function create(
    fields: unknown,
    { principal, requestId }: Call,
    toClaim?: ToClaim<string>,
  ): Promise<string> {
    const input = parseInput(eventReceiverGroupInputSchema, fields)
    assertMay(principal, { verb: 'define', type: input.type })
    await definitions.assertReceivers(input.event_receiver_ids)
    const identity = options.nextIdentity()
    const actor_id = await actors.idOf(principal)
    const group: EventReceiverGroup = { ...identity, ...input, updated_at: identity.created_at }
    await databases.recording.transaction(async (connection) => {
      if (toClaim) await insertKey(connection, toClaim(group.id))
      await insertGroup(connection, group)
      await insertMessage(connection, {
        kind: 'group',
        type: MESSAGE_TYPES.groupCreated,
        group_id: group.id,
        group_enabled: group.enabled,
        group_updated_at: group.updated_at,
        actor_id,
      })
      await insertAct(connection, {
        actor: principal.id,
        act: 'group.create',
        object: group.id,
        after: group,
        request_id: requestId,
      })
    })
    options.onMessages()
    return group.id
  }

  async function setEnabled(id: string, enabled: boolean, { principal, requestId }: Call): Promise<void> {
    assertMay(principal, { verb: 'switch', group: id })
    const actor_id = await actors.idOf(principal)
    await databases.recording.transaction(async (connection) => {
      const updated = await updateGroupEnabled(connection, id, enabled)
      if (!updated) throw groupNotFound(id)
      await insertMessage(connection, {
        kind: 'modified',
        type: MESSAGE_TYPES.groupModified,
        group_id: id,
        group_enabled: enabled,
        group_updated_at: updated.updated_at,
        actor_id,
      })
      await insertAct(connection, {
        actor: principal.id,
        act: enabled ? 'group.enable' : 'group.disable',
        object: id,
        before: { enabled: updated.was_enabled },
        after: { enabled },
        request_id: requestId,
      })
    })
    options.onMessages()
  }

  return {
    create: (fields, call) => idempotency.once(call, (toClaim) => create(fields, call, toClaim)),
    setEnabled,
    patch: (id, fields, call) =>
      setEnabled(id, parseInput(eventReceiverGroupPatchSchema, fields).enabled, call),
    async get(id, { principal }) {
      assertMay(principal, { verb: 'read' })
      const [group] = await selectGroupsById(databases.reading, [id])
      if (!group) throw groupNotFound(id)
      return group
    },
    async find(search, { principal }) {
      assertMay(principal, { verb: 'read' })
      return selectGroups(databases.reading, search)
    },
  }
}
