import type { EventReceiverInput } from '@epr/model'
import { definitionOf, type EventType } from './event-types.js'
import type { JsonSchema } from './json-schema.js'
import { schemaFor } from './schema.js'

/** What an event receiver is created from. */
export interface CdEventReceiver extends EventReceiverInput {
  readonly schema: JsonSchema
}

/**
 * The CDEvent as it is, or the CloudEvent (structured mode) that carries it as its data: `POST /cloudevents` records
 * that. No CDEvent has a `specversion` of its own beside its context.
 */
function toReceiverSchema(type: EventType): JsonSchema {
  const schema = schemaFor(type)
  const cdEvent = { $ref: String(schema.$id) }
  return {
    $schema: schema.$schema,
    if: { required: ['specversion', 'data'] },
    // biome-ignore lint/suspicious/noThenProperty: the keyword of JSON Schema
    then: { properties: { data: cdEvent } },
    else: cdEvent,
    $defs: { cdEvent: schema },
  }
}

/**
 * The event receiver of an event type: its type is the event's, so that an event finds it, and its schema takes
 * the event by itself or in a CloudEvent, and nothing else.
 *
 * @throws EprError INVALID_ARGUMENT for a type that is not known
 */
export function receiverFor(type: EventType): CdEventReceiver {
  const { subject, predicate, version, release } = definitionOf(type)
  return {
    name: `${subject.toLowerCase()}-${predicate}`,
    type,
    version,
    description: `CDEvents ${release}: ${subject} ${predicate}`,
    schema: toReceiverSchema(type),
  }
}
