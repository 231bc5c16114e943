import { MESSAGE_PACKAGES, MESSAGE_PLATFORM_ID, type MessageSummary, type Nvrpp } from '@epr/model'
import type { StoredSummary } from '../storage/messages.js'
import { present, toGateChange } from './outgoing-message.js'

type Identity = Pick<MessageSummary, 'id' | 'ce_id'> & { nvrpp: Omit<Nvrpp, 'name' | 'version'> }

function ofEvent(stored: StoredSummary): Identity['nvrpp'] {
  return {
    release: present(stored.release, 'event'),
    platform_id: present(stored.platform_id, 'event'),
    package: present(stored.package, 'event'),
  }
}

const ofDefinition = (release: string, packaging: string): Identity['nvrpp'] => ({
  release,
  platform_id: MESSAGE_PLATFORM_ID,
  package: packaging,
})

function ofReceiver(stored: StoredSummary): Identity {
  const id = present(stored.event_receiver_id, 'receiver')
  const createdAt = present(stored.receiver_created_at, 'receiver')
  return { id, ce_id: id, nvrpp: ofDefinition(createdAt, MESSAGE_PACKAGES.receiver) }
}

function ofGroup(stored: StoredSummary): Identity {
  const id = present(stored.group_id, 'group')
  const updatedAt = present(stored.group_updated_at, 'group')
  const ceId = stored.kind === 'group' ? id : `${id}.${stored.id}`
  return { id, ce_id: ceId, nvrpp: ofDefinition(updatedAt, MESSAGE_PACKAGES.group) }
}

/** The ids and the NVRPP that `toOutgoingMessage` gives to the same message. */
function identityOf(stored: StoredSummary): Identity {
  if (stored.kind === 'receiver') return ofReceiver(stored)
  if (stored.kind === 'group' || stored.kind === 'modified') return ofGroup(stored)
  const event = present(stored.event_id, 'event')
  if (stored.kind === 'event') return { id: event, ce_id: event, nvrpp: ofEvent(stored) }
  const group = present(stored.group_id, 'group')
  return { id: group, ce_id: `${event}.${group}`, nvrpp: ofEvent(stored) }
}

/** What a stored row says in the view `summary`. */
export function toSummary(stored: StoredSummary): MessageSummary {
  const { id, ce_id, nvrpp } = identityOf(stored)
  return {
    cursor: stored.cursor,
    time: stored.numbered_at,
    ce_id,
    kind: stored.kind,
    type: stored.type,
    id,
    name: present(stored.name, stored.event_id === null ? 'definition' : 'event'),
    version: present(stored.version, stored.event_id === null ? 'definition' : 'event'),
    ...nvrpp,
    success: stored.success ?? true,
    event_id: stored.event_id,
    event_receiver_id: stored.event_receiver_id,
    group_id: stored.group_id,
    payload_bytes: stored.payload_bytes,
    gate: toGateChange(stored.group_repeated),
    actor: stored.actor,
  }
}
