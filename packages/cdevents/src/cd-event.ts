import type { ContentOf, EventType, SubjectExtrasOf } from './event-types.js'
import type { Link } from './link.js'

/** A CDEvent of whatever release, as far as every one of them goes. */
export interface CdEvent<T extends string = string, S = CdEventSubject> {
  context: {
    /** Of the specification; `version` until release 0.4.1. */
    specversion?: string
    version?: string
    id: string
    source: string
    type: T
    /** RFC 3339. */
    timestamp: string
    schemaUri?: string
    chainId?: string
    links?: Link[]
  }
  subject: S
  customData?: Record<string, unknown> | string
  customDataContentType?: string
}

/** What a CDEvent is about. */
export interface CdEventSubject<C = Record<string, unknown>> {
  id: string
  source?: string
  content: C
}

/** A CDEvent of a known type. */
export type CdEventOf<T extends EventType> = CdEvent<T, CdEventSubject<ContentOf<T>> & SubjectExtrasOf<T>>

/**
 * `dev.cdevents.<subject>.<predicate>.<version>`, and of custom events `dev.cdeventsx.<tool>-<subject>.<predicate>.<version>`
 * (CDEvents, "Custom events"); a version may end in `-draft`. Whoever writes it in capitals means it too.
 */
const TYPE = /^dev\.cdeventsx?\.[a-z0-9_-]+\.[a-z0-9_-]+\.\d+\.\d+\.\d+(?:-[0-9a-z.-]+)?$/i

/** What every type of CDEvents begins with, custom or not. */
const TYPE_PREFIX = /^dev\.cdeventsx?(?:\.|$)/i

/** Whether a type says that what has it is a CDEvent, a good one or not. */
export function isCdEventsType(type: unknown): boolean {
  return typeof type === 'string' && TYPE_PREFIX.test(type)
}

export const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const areTexts = (...values: unknown[]): boolean => values.every((value) => typeof value === 'string')

/**
 * Whether a value has the shape that all CDEvents have, also custom ones and those of releases to come. Whether it is a
 * good one of its type is for the type's schema to say.
 */
export function isCdEvent(value: unknown): value is CdEvent {
  if (!isObject(value) || !isObject(value.context) || !isObject(value.subject)) return false
  const { id, source, type, timestamp } = value.context
  if (!areTexts(id, source, type, timestamp, value.subject.id)) return false
  return TYPE.test(String(type)) && isObject(value.subject.content)
}

/** The CDEvent that a value is, or that is the `data` of the CloudEvent (structured mode) that it is. */
export function findCdEvent(value: unknown): CdEvent | undefined {
  if (isCdEvent(value)) return value
  return isObject(value) && 'specversion' in value && isCdEvent(value.data) ? value.data : undefined
}
