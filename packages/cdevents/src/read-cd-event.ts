import { EprError, type Nvrpp } from '@epr/model'
import { type CdEvent, findCdEvent } from './cd-event.js'
import { fromPackageUrl } from './package-url.js'

/** Outcomes that are a success: that of release 0.5, and that of the testing events before it. */
const SUCCESSES: ReadonlySet<unknown> = new Set(['success', 'pass'])

/** Whether what a CDEvent is about went well. One without an outcome says that something happened: true. */
export function outcomeOf({ subject }: CdEvent): boolean {
  const { outcome } = subject.content
  return outcome === undefined || SUCCESSES.has(outcome)
}

/**
 * The artifact that a CDEvent is about: what the package URL in its content's `artifactId` names, or else that in its
 * subject's id. Undefined when neither is a package URL with a version.
 */
export function nvrppOf({ subject }: CdEvent): Nvrpp | undefined {
  return findNvrpp(subject.content.artifactId) ?? findNvrpp(subject.id)
}

function findNvrpp(text: unknown): Nvrpp | undefined {
  if (typeof text !== 'string' || !text.startsWith('pkg:')) return undefined
  try {
    return fromPackageUrl(text)
  } catch (error) {
    if (error instanceof EprError) return undefined
    throw error
  }
}

/** What a CDEvent says about the EPR event that records it. */
export interface CdEventFacts {
  /** See {@link outcomeOf}. */
  success: boolean
  /** See {@link nvrppOf}; absent when it names none. */
  nvrpp?: Nvrpp
}

/**
 * What to record a value with when it is a CDEvent, or a CloudEvent (structured mode) with one as its data; undefined
 * for anything else. For whoever maps CloudEvents to events.
 */
export function fromCdEvent(value: unknown): CdEventFacts | undefined {
  const event = findCdEvent(value)
  if (event === undefined) return undefined
  const nvrpp = nvrppOf(event)
  return { success: outcomeOf(event), ...(nvrpp && { nvrpp }) }
}
