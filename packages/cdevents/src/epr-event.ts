import { EprError, type Event, type EventInput, type Message, type Nvrpp } from '@epr/model'
import { buildCdEvent } from './build-cd-event.js'
import { type CdEvent, findCdEvent } from './cd-event.js'
import { definitionOf, type EventType, isEventType } from './event-types.js'
import type { Fields } from './field.js'
import { outcomeOf } from './outcome.js'
import { toPackageUrl } from './package-url.js'
import { nvrppOf } from './read-cd-event.js'

/** How a CDEvent is recorded. */
export interface ToEprEventOptions {
  /** The event receiver that it is recorded for; see `receiverFor`. */
  event_receiver_id: string
  /** The artifact. @default the one that the CDEvent names by a package URL */
  nvrpp?: Nvrpp
  /** @default the CDEvent's type */
  description?: string
}

/**
 * The event that records a CDEvent: the CDEvent is its payload, and its outcome its success.
 *
 * @throws EprError INVALID_ARGUMENT when no artifact is given and the CDEvent names none
 */
export function toEprEvent(cdEvent: CdEvent, options: ToEprEventOptions): EventInput & { payload: CdEvent } {
  const nvrpp = options.nvrpp ?? nvrppOf(cdEvent)
  if (nvrpp === undefined) {
    const { type } = cdEvent.context
    const problem = `the CDEvent of type ${type} names no artifact by a package URL with a version: give the nvrpp`
    throw new EprError('INVALID_ARGUMENT', problem)
  }
  return {
    ...nvrpp,
    description: options.description ?? cdEvent.context.type,
    payload: cdEvent,
    success: outcomeOf(cdEvent),
    event_receiver_id: options.event_receiver_id,
  }
}

const isMessage = (source: Message | Event): source is Message => 'data' in source

/**
 * The CDEvent of an event, or of the message about it; undefined when there is none. It is the payload, or
 * the data of the CloudEvent that the payload is. Where the receiver's type is one of CDEvents and the payload, by the
 * names of its members, only the content of one, it is made: its id is the event's, its time that of the event's
 * creation, its subject the artifact's package URL. So it is the same however often it is asked for.
 */
export function toCdEvent(source: Message | Event): CdEvent | undefined {
  const event = isMessage(source) ? source.data.events[0] : source
  if (event === undefined || (isMessage(source) && source.data.event_receiver_groups.length > 0))
    return undefined
  const type = isMessage(source) ? source.type : event.EventReceiver?.type
  return findCdEvent(event.payload) ?? wrapContent(event, type)
}

function wrapContent(event: Event, type: string | undefined): CdEvent | undefined {
  if (type === undefined || !isEventType(type) || !fits(event.payload, definitionOf(type).content))
    return undefined
  return buildCdEvent<EventType>(type, {
    id: event.id,
    source: `/event-receivers/${event.event_receiver_id}`,
    timestamp: event.created_at,
    // That the values are those of the type is for the reader to judge, as with every payload.
    subject: { id: toPackageUrl(event), content: event.payload as never },
  })
}

function fits(payload: unknown, content: Fields): boolean {
  if (typeof payload !== 'object' || payload === null || Array.isArray(payload)) return false
  const names = Object.keys(payload)
  const isNamed = (name: string) => Object.hasOwn(content, name) || Object.hasOwn(content, `${name}!`)
  const isThere = (name: string) => !name.endsWith('!') || names.includes(name.slice(0, -1))
  return names.every(isNamed) && Object.keys(content).every(isThere)
}
