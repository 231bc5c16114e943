import {
  type Actor,
  type EventReceiverGroup,
  type GateChange,
  type JsonText,
  MESSAGE_PACKAGES,
  MESSAGE_PLATFORM_ID,
  type Nvrpp,
  stringifyJson,
  toJsonText,
} from '@epr/model'
import type { Definitions } from '../storage/definition-cache.js'
import type { StoredEvent } from '../storage/events.js'
import type { StoredMessage } from '../storage/messages.js'
import type { StoredReceiver } from '../storage/receivers.js'

/** A message ready to be sent, on Kafka or in the feed. */
export interface OutgoingMessage {
  cursor: string
  /** When it got its cursor, RFC 3339. */
  time: string
  type: string
  /** The CloudEvents id: unique among all messages, the same on every resend. */
  ceId: string
  /** When what it is about happened, RFC 3339. */
  occurredAt: string
  nvrpp: Nvrpp
  /** Of a completion: whether the gate has opened with it. Undefined for all else, and where it was not kept yet. */
  gate?: GateChange | undefined
  /** Who recorded the event, or created or switched what it is about; null when nobody was asked. */
  actor: Actor | null
  /** The message's own `id`: that of the event, receiver or group it is about. */
  id: string
  /** Where all of what it is about can be read, below the API's prefix: `/events/<id>`. */
  resource: string
  /** The message as docs/reference/messages.md has it. */
  json: string
  /** The same with the events' payloads null, for a broker that does not take the whole. */
  toJsonWithoutPayload(): string
  /** The same with the receivers' schemas null too, for when even that is too much. */
  toJsonWithoutSchema(): string
}

/** How much of what it is about a message holds. */
type Extent = 'whole' | 'no payload' | 'no payload, no schema'

interface Parts {
  id: string
  ceId: string
  occurredAt: string
  success: boolean
  nvrpp: Nvrpp
  event?: StoredEvent
  /** The event's, which it carries. */
  eventReceiver?: StoredReceiver
  /** The one in the list of receivers. */
  receiver?: StoredReceiver
  group?: EventReceiverGroup
}

/** What a message refers to is never deleted: its absence is a broken database. */
export function present<T>(value: T | null | undefined, what: string): T {
  if (value === null || value === undefined)
    throw new Error(`the database lacks the ${what} that a message is about: restore it from a backup`)
  return value
}

function eventOf(stored: StoredMessage): StoredEvent {
  return {
    id: present(stored.event_id, 'event'),
    name: present(stored.name, 'event'),
    version: present(stored.version, 'event'),
    release: present(stored.release, 'event'),
    platform_id: present(stored.platform_id, 'event'),
    package: present(stored.package, 'event'),
    description: present(stored.description, 'event'),
    payload: present(stored.payload, 'event'),
    success: present(stored.success, 'event'),
    created_at: present(stored.event_created_at, 'event'),
    event_receiver_id: present(stored.event_receiver_id, 'event'),
  }
}

function nvrppOf({ name, version, release, platform_id, package: pkg }: Nvrpp): Nvrpp {
  return { name, version, release, platform_id, package: pkg }
}

function definitionNvrpp(definition: { name: string; version: string }, pkg: string, release: string): Nvrpp {
  return {
    name: definition.name,
    version: definition.version,
    release,
    platform_id: MESSAGE_PLATFORM_ID,
    package: pkg,
  }
}

function eventParts(event: StoredEvent, receiver: StoredReceiver): Parts {
  const { id, created_at: occurredAt, success } = event
  return {
    id,
    ceId: id,
    occurredAt,
    success,
    nvrpp: nvrppOf(event),
    event,
    eventReceiver: receiver,
    receiver,
  }
}

function completionParts(
  event: StoredEvent,
  eventReceiver: StoredReceiver,
  group: EventReceiverGroup,
): Parts {
  const ceId = `${event.id}.${group.id}`
  return {
    id: group.id,
    ceId,
    occurredAt: event.created_at,
    success: true,
    nvrpp: nvrppOf(event),
    event,
    eventReceiver,
    group,
  }
}

function receiverParts(receiver: StoredReceiver): Parts {
  const { id, created_at: occurredAt } = receiver
  const nvrpp = definitionNvrpp(receiver, MESSAGE_PACKAGES.receiver, occurredAt)
  return { id, ceId: id, occurredAt, success: true, nvrpp, receiver }
}

function groupParts(group: EventReceiverGroup, ceId: string): Parts {
  const { id, updated_at: occurredAt } = group
  const nvrpp = definitionNvrpp(group, MESSAGE_PACKAGES.group, occurredAt)
  return { id, ceId, occurredAt, success: true, nvrpp, group }
}

/** The group as it was when the message was written. */
async function groupOf(stored: StoredMessage, definitions: Definitions): Promise<EventReceiverGroup> {
  const group = present(await definitions.findGroup(present(stored.group_id, 'group')), 'group')
  return {
    ...group,
    enabled: present(stored.group_enabled, 'group'),
    updated_at: present(stored.group_updated_at, 'group'),
  }
}

async function receiverOf(stored: StoredMessage, definitions: Definitions): Promise<StoredReceiver> {
  const id = present(stored.event_receiver_id, 'receiver')
  return present(definitions.peekReceiver(id) ?? (await definitions.findReceiver(id)), 'receiver')
}

async function toParts(stored: StoredMessage, definitions: Definitions): Promise<Parts> {
  switch (stored.kind) {
    case 'event':
      return eventParts(eventOf(stored), await receiverOf(stored, definitions))
    case 'complete':
      return completionParts(
        eventOf(stored),
        await receiverOf(stored, definitions),
        await groupOf(stored, definitions),
      )
    case 'receiver':
      return receiverParts(await receiverOf(stored, definitions))
    case 'group':
      return groupParts(await groupOf(stored, definitions), present(stored.group_id, 'group'))
    case 'modified':
      return groupParts(await groupOf(stored, definitions), `${stored.group_id}.${stored.id}`)
  }
}

interface ReceiverTexts {
  /** All of it, as it stands in `event_receivers`. */
  whole: JsonText
  /** Without its schema, as it stands in its events. */
  nested: JsonText
}

/** Receivers never change, and each stands in the message of every one of its events. */
const receiverTexts = new WeakMap<StoredReceiver, ReceiverTexts>()

function textsOf(receiver: StoredReceiver): ReceiverTexts {
  const known = receiverTexts.get(receiver)
  if (known) return known
  const { schema: _, ...nested } = receiver
  const texts = { whole: toJsonText(stringifyJson(receiver)), nested: toJsonText(stringifyJson(nested)) }
  receiverTexts.set(receiver, texts)
  return texts
}

const wholeReceiver = (receiver: StoredReceiver, extent: Extent) =>
  extent === 'no payload, no schema' ? { ...receiver, schema: null } : textsOf(receiver).whole

/** The schema stands once, in `event_receivers` where there are any: twice, a large one would grow over the broker's limit. */
function nestedReceiver({ eventReceiver, receiver }: Parts, extent: Extent) {
  if (!eventReceiver) return undefined
  return receiver ? textsOf(eventReceiver).nested : wholeReceiver(eventReceiver, extent)
}

function messageEvent(parts: Parts, extent: Extent) {
  const { event } = parts
  if (!event) return []
  const payload = extent === 'whole' ? event.payload : null
  return [{ ...event, payload, EventReceiver: nestedReceiver(parts, extent) }]
}

function toResource({ event, receiver, id }: Parts): string {
  if (event) return `/events/${event.id}`
  return receiver ? `/receivers/${id}` : `/groups/${id}`
}

function toJson(parts: Parts, type: string, extent: Extent): string {
  return stringifyJson({
    success: parts.success,
    id: parts.id,
    specversion: '1.0',
    type,
    source: 'epr',
    api_version: 'v1',
    ...parts.nvrpp,
    data: {
      events: messageEvent(parts, extent),
      event_receivers: parts.receiver ? [wholeReceiver(parts.receiver, extent)] : [],
      event_receiver_groups: parts.group ? [parts.group] : [],
    },
  })
}

export const toGateChange = (repeated: boolean | null): GateChange | undefined =>
  repeated === null ? undefined : repeated ? 'repeated' : 'opened'

/** Makes the message of a stored row; what never changes is joined to it from `definitions`. */
export async function toOutgoingMessage(
  stored: StoredMessage,
  definitions: Definitions,
): Promise<OutgoingMessage> {
  const parts = await toParts(stored, definitions)
  return {
    cursor: stored.cursor,
    time: stored.numbered_at,
    type: stored.type,
    ceId: parts.ceId,
    occurredAt: parts.occurredAt,
    nvrpp: parts.nvrpp,
    gate: toGateChange(stored.group_repeated),
    actor: stored.actor,
    id: parts.id,
    resource: toResource(parts),
    json: toJson(parts, stored.type, 'whole'),
    toJsonWithoutPayload: () => toJson(parts, stored.type, 'no payload'),
    toJsonWithoutSchema: () => toJson(parts, stored.type, 'no payload, no schema'),
  }
}
