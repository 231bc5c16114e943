import { type EventType, type EventTypeInfo, eventTypes, findEventType } from '@epr/cdevents'
import { distance } from 'fastest-levenshtein'
import { UsageError } from '../../exit/usage-error.js'

const SUGGESTIONS = 3

/** The event types of the release that was asked for, or of all. */
export function typesOfRelease(release: string | undefined): readonly EventTypeInfo[] {
  return release === undefined ? eventTypes : eventTypes.filter((each) => each.release === release)
}

/** @throws UsageError that says what may have been meant */
export function toEventType(name: string): EventType {
  const type = findEventType(name)
  if (type !== undefined) return type
  const nearest = nearestNames(name).join(', ')
  throw new UsageError(
    `there is no event type ${JSON.stringify(name)}; the nearest are ${nearest}; epr-cli cdevents list shows all`,
  )
}

function nearestNames(name: string): string[] {
  const bare = name.toLowerCase().replace(/^dev\.cdevents\./, '')
  const hasVersion = /\d/.test(bare)
  const names = eventTypes.map(({ subject, predicate, version }) => {
    const short = `${subject.toLowerCase()}.${predicate}`
    return hasVersion ? `${short}.${version}` : short
  })
  const ranked = [...new Set(names)].map((each) => ({ each, far: distance(bare, each) }))
  return ranked
    .sort((one, other) => one.far - other.far)
    .slice(0, SUGGESTIONS)
    .map(({ each }) => each)
}
