import type { EventReceiverInput } from '@epr/model'
import { definitionOf, type EventType } from './event-types.js'
import type { JsonSchema } from './json-schema.js'
import { schemaFor } from './schema.js'

/** What an event receiver is created from. */
export interface CdEventReceiver extends EventReceiverInput {
  readonly schema: JsonSchema
}

/**
 * The event receiver of an event type: its type is the event's, so that an event finds it, and its schema takes
 * nothing else.
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
    schema: schemaFor(type),
  }
}
