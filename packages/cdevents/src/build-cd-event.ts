import type { CdEventOf, CdEventSubject } from './cd-event.js'
import { type ContentOf, definitionOf, type EventType, type SubjectExtrasOf } from './event-types.js'
import type { Link } from './link.js'

/** What an event says. What is left out here is given by {@link buildCdEvent}. */
export interface NewCdEvent<T extends EventType> {
  /** Unique for the source; what repeats are recognised by. @default a random UUID */
  id?: string
  /** Where it comes from: a URI reference, such as `/ci/shop`. */
  source: string
  /** When it happened: a Date, or RFC 3339. @default now */
  timestamp?: Date | string
  /** What it happened to; its type, where the release wants one, is filled in. */
  subject: CdEventSubject<ContentOf<T>> & Partial<SubjectExtrasOf<T>>
  /** The same for all events that belong together. */
  chainId?: string
  /** How it hangs together with others. */
  links?: Link[]
  /** A schema of your own that the event also satisfies. */
  schemaUri?: string
  /** Whatever else there is to say: an object, or base64. */
  customData?: Record<string, unknown> | string
  /** The media type of `customData`, for who has to know it. */
  customDataContentType?: string
}

/**
 * A CDEvent of a known type, with the version of its release. Its content is held to the type's schema by the
 * compiler, and by the registry when it is recorded; not here.
 *
 * @throws EprError INVALID_ARGUMENT for a type that is not known
 */
export function buildCdEvent<T extends EventType>(type: T, event: NewCdEvent<T>): CdEventOf<T> {
  const { subject: subjectType, release, subjectExtras } = definitionOf(type)
  const { id = crypto.randomUUID(), source, timestamp = new Date(), subject, ...rest } = event
  const { chainId, links, schemaUri, ...custom } = rest
  const built = {
    context: {
      ...(release === '0.4.1' ? { version: release } : { specversion: release }),
      id,
      source,
      type,
      timestamp: typeof timestamp === 'string' ? timestamp : timestamp.toISOString(),
      ...dropUndefined({ schemaUri, chainId, links }),
    },
    subject: { ...('type!' in subjectExtras && { type: subjectType }), ...subject },
    ...dropUndefined(custom),
  }
  // What the compiler cannot see: the type fits the content, because both came with T.
  return built as unknown as CdEventOf<T>
}

function dropUndefined(members: object): object {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined))
}
