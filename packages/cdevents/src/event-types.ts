import { EprError } from '@epr/model'
import type { Fields, ObjectOf } from './field.js'
import type { Release } from './release.js'
import { RELEASE_0_4_1 } from './release-0-4-1.js'
import { RELEASE_0_5_1 } from './release-0-5-1.js'

const PREFIX = 'dev.cdevents.'

const RELEASES = { '0.5.1': RELEASE_0_5_1, '0.4.1': RELEASE_0_4_1 } as const
type Releases = typeof RELEASES

/** A release of the specification. */
export type ReleaseName = keyof Releases

type RowsOf<R> = {
  [S in keyof R & string]: {
    [P in keyof R[S] & string]: R[S][P] extends readonly [infer V extends string, infer C, ...infer X]
      ? {
          type: `dev.cdevents.${Lowercase<S>}.${P}.${V}`
          content: C
          subject: X extends [infer F] ? F : object
        }
      : never
  }[keyof R[S] & string]
}[keyof R & string]

type KnownRow = RowsOf<Releases['0.5.1']> | RowsOf<Releases['0.4.1']>

/** The type of an event, as it stands in its `context.type`: `dev.cdevents.build.finished.0.3.0`. */
export type EventType = KnownRow['type']

/** What the subject of an event of a type holds under `content`. */
export type ContentOf<T extends EventType> = ObjectOf<Extract<KnownRow, { type: T }>['content']>

/** What the subject of an event of a type holds beside `id`, `source` and `content`. */
export type SubjectExtrasOf<T extends EventType> = ObjectOf<Extract<KnownRow, { type: T }>['subject']>

/** An event type and where it comes from. */
export interface EventTypeInfo {
  readonly type: EventType
  /** As the specification spells it: `pipelineRun`. */
  readonly subject: string
  readonly predicate: string
  /** Of the event, not of the specification. */
  readonly version: string
  readonly release: ReleaseName
}

/** What a type's schema is made from. */
export interface EventDefinition extends EventTypeInfo {
  readonly content: Fields
  readonly subjectExtras: Fields
}

function toDefinitions(release: ReleaseName, table: Release): EventDefinition[] {
  return Object.entries(table).flatMap(([subject, events]) =>
    Object.entries(events).map(([predicate, [version, content, subjectExtras = {}]]) => {
      const type = `${PREFIX}${subject.toLowerCase()}.${predicate}.${version}` as EventType
      return { type, subject, predicate, version, release, content, subjectExtras }
    }),
  )
}

const DEFINITIONS: ReadonlyMap<string, EventDefinition> = new Map(
  Object.entries(RELEASES)
    .flatMap(([release, table]) => toDefinitions(release as ReleaseName, table))
    .map((definition) => [definition.type, definition]),
)

/** Every known event type, those of the newest release first. */
export const eventTypes: readonly EventTypeInfo[] = [...DEFINITIONS.values()].map(
  ({ type, subject, predicate, version, release }) => ({ type, subject, predicate, version, release }),
)

/** Whether it is one of {@link eventTypes}, in full and exactly. */
export function isEventType(type: string): type is EventType {
  return DEFINITIONS.has(type)
}

export function definitionOf(type: EventType): EventDefinition {
  const definition = DEFINITIONS.get(type)
  if (definition === undefined)
    throw new EprError('INVALID_ARGUMENT', `${type} is not a known type of CDEvents`)
  return definition
}

/**
 * The type that somebody means: in full, without `dev.cdevents.`, or also without its version, which then is that of
 * the newest release: `build.finished`.
 */
export function findEventType(name: string): EventType | undefined {
  const lower = name.toLowerCase()
  const bare = lower.startsWith(PREFIX) ? lower.slice(PREFIX.length) : lower
  const isMeant = ({ type, version }: EventTypeInfo) => {
    const full = type.slice(PREFIX.length)
    return full === bare || full === `${bare}.${version}`
  }
  return eventTypes.find(isMeant)?.type
}
