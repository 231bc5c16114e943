import { EprError } from '@epr/model'
import { type CdEvent, isObject } from './cd-event.js'

/** Outcomes that are a success: that of release 0.5, and that of the testing events before it. */
const SUCCESSES: ReadonlySet<string> = new Set(['success', 'pass'])

/** Predicates that say by themselves that it did not go well. */
const FAILURES: ReadonlySet<string> = new Set(
  'failed errored aborted canceled cancelled rejected denied skipped timedout rolledback'.split(' '),
)

/** The values of all members of an object that are called `name`, in capitals or not. */
function membersOf(value: unknown, name: string): unknown[] {
  if (!isObject(value)) return []
  return Object.entries(value).flatMap(([key, member]) => (key.toLowerCase() === name ? [member] : []))
}

/** `finished` of `dev.cdevents.build.finished.0.3.0`. */
const predicateOf = (type: string): string => type.split('.')[3]?.toLowerCase() ?? ''

const isSuccess = (outcome: unknown): boolean =>
  typeof outcome === 'string' && SUCCESSES.has(outcome.trim().toLowerCase())

/** Whether it names errors: release 0.4 lets a run that failed say so without an outcome. */
const saysErrors = (content: unknown): boolean =>
  membersOf(content, 'errors').some((errors) => errors !== null && errors !== '' && !isEmptyList(errors))

const isEmptyList = (value: unknown): boolean => Array.isArray(value) && value.length === 0

/**
 * Whether what a CDEvent is about went well: only when it says so, or says nothing about it. An outcome counts wherever it
 * stands, and one that is not known is not a success. Without an outcome it says that something happened, which is a
 * success, unless its predicate (`failed`) or its errors say otherwise.
 *
 * @throws EprError INVALID_ARGUMENT when it has no subject with a content, where the outcome would stand
 */
export function outcomeOf(event: CdEvent): boolean {
  const { context, subject } = event as { context: { type: string }; subject: unknown }
  const content = isObject(subject) ? subject.content : undefined
  if (!isObject(content)) {
    const problem = `the CDEvent of type ${context.type} has no subject with a content: whether it went well is not known`
    throw new EprError('INVALID_ARGUMENT', problem)
  }
  const outcomes = [content, subject, event].flatMap((part) => membersOf(part, 'outcome'))
  if (outcomes.length > 0) return outcomes.every(isSuccess)
  return !FAILURES.has(predicateOf(context.type)) && !saysErrors(content)
}
