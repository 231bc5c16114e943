export { DEFAULT_PLATFORM_ID, DEFAULT_RELEASE } from '@epr/model'
export { buildCdEvent, type NewCdEvent } from './build-cd-event.js'
export { type CdEvent, type CdEventOf, type CdEventSubject, findCdEvent, isCdEvent } from './cd-event.js'
export { type ToEprEventOptions, toCdEvent, toEprEvent } from './epr-event.js'
export {
  type ContentOf,
  type EventType,
  type EventTypeInfo,
  eventTypes,
  findEventType,
  isEventType,
  type ReleaseName,
} from './event-types.js'
export type { JsonSchema } from './json-schema.js'
export type { Link } from './link.js'
export { outcomeOf } from './outcome.js'
export { fromPackageUrl, toPackageUrl } from './package-url.js'
export { type CdEventFacts, fromCdEvent, nvrppOf } from './read-cd-event.js'
export { type CdEventReceiver, receiverFor } from './receiver.js'
export { createSchemaCatalogue, schemaFor } from './schema.js'
