import { EprError, type Nvrpp } from '@epr/model'
import { type CdEvent, isCdEventsType, isObject } from './cd-event.js'
import { outcomeOf } from './outcome.js'
import { fromPackageUrl } from './package-url.js'

/**
 * The artifact that a CDEvent is about: what the package URL in its content's `artifactId` names, or else that in its
 * subject's id. Undefined when neither is a package URL with a version.
 */
export function nvrppOf({ subject }: CdEvent): Nvrpp | undefined {
  return findNvrpp(subject.content?.artifactId) ?? findNvrpp(subject.id)
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

/** Whether a value says that it is a CDEvent, by the type in its context: then it is read as one, however odd it is. */
const claimsToBeOne = (value: unknown): value is CdEvent =>
  isObject(value) && isObject(value.context) && isCdEventsType(value.context.type)

/** JSON in base64 is the other way in which a CloudEvent may carry it. */
function decode(base64: unknown): unknown {
  if (typeof base64 !== 'string') return undefined
  try {
    return JSON.parse(new TextDecoder().decode(Uint8Array.from(atob(base64), (char) => char.charCodeAt(0))))
  } catch {
    return undefined
  }
}

/** @throws EprError INVALID_ARGUMENT for a CloudEvent whose type is one of CDEvents, and whose data is not */
function findClaimed(value: unknown): CdEvent | undefined {
  if (claimsToBeOne(value)) return value
  if (!isObject(value) || !('specversion' in value)) return undefined
  const found = [value.data, decode(value.data_base64)].find(claimsToBeOne)
  if (found !== undefined || !isCdEventsType(value.type)) return found
  const problem = `the type ${value.type} is one of CDEvents, but the data is not a CDEvent in JSON: whether it went well is not known`
  throw new EprError('INVALID_ARGUMENT', problem)
}

/**
 * What to record a value with when it says that it is a CDEvent, or is a CloudEvent (structured mode) with one as its data;
 * undefined for anything else. For whoever maps CloudEvents to events.
 *
 * @throws EprError INVALID_ARGUMENT when it says so, and whether it went well cannot be read
 */
export function fromCdEvent(value: unknown): CdEventFacts | undefined {
  const event = findClaimed(value)
  if (event === undefined) return undefined
  const success = outcomeOf(event)
  const nvrpp = nvrppOf(event)
  return { success, ...(nvrpp && { nvrpp }) }
}
