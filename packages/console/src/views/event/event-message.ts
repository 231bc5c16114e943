import { type Actor, type JsonText, type Message, nvrppKey, stringifyJson, toAuthType } from '@epr/model'
import type { ExactEvent } from '../../data/use-event.js'

/** Of a record on the topic. */
export interface EventMessage {
  key: string
  /** CloudEvents attributes, as the Kafka binding (1.0.2, section 3.2) has them in its binary mode. */
  headers: [string, string][]
  /** Payload and schema as they were sent. */
  value: string
}

const authOf = (actor: Actor | null | undefined): [string, string][] =>
  actor
    ? [
        ['ce_authtype', toAuthType(actor.type)],
        ['ce_authid', actor.id],
      ]
    : []

/** The message that an event has caused: on the topic, and without key and headers in the feed. */
export function toMessage({
  EventReceiver: receiver,
  actor,
  ...event
}: ExactEvent): EventMessage | undefined {
  if (!receiver) return undefined
  const { id, name, version, release, platform_id, package: pkg, success, description, payload } = event
  const { schema, ...nested } = receiver
  const nvrpp = { name, version, release, platform_id, package: pkg }
  const carried = {
    id,
    ...nvrpp,
    ...{ description, payload, success, created_at: event.created_at },
    event_receiver_id: event.event_receiver_id,
    EventReceiver: nested,
  }
  // Of a receiver its schema stands before the fingerprint.
  const { fingerprint, created_at, ...named } = nested
  const message: Message = {
    success,
    id,
    ...{ specversion: '1.0', type: receiver.type, source: 'epr', api_version: 'v1' },
    ...nvrpp,
    data: {
      events: [carried],
      event_receivers: [{ ...named, schema: schema as JsonText, fingerprint, created_at }],
      event_receiver_groups: [],
    },
  }
  return {
    key: nvrppKey(nvrpp),
    headers: [
      ['content-type', 'application/json'],
      ['ce_specversion', '1.0'],
      ['ce_id', id],
      ['ce_source', 'epr'],
      ['ce_type', receiver.type],
      ['ce_time', event.created_at],
      ['ce_subject', id],
      ...authOf(actor),
    ],
    value: stringifyJson(message),
  }
}
