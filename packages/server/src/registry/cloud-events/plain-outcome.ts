import type { CloudEventMapper } from './cloud-event.js'

/** What tools of all kinds write when something did not go well. */
const FAILURES: ReadonlySet<string> = new Set(
  'false fail failed failure error errored cancel canceled cancelled abort aborted reject rejected timeout'.split(
    ' ',
  ),
)

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const saysFailure = ({ success, outcome }: Readonly<Record<string, unknown>>): boolean =>
  [success, outcome].some((said) => FAILURES.has(String(said).trim().toLowerCase()))

/**
 * A CloudEvent of a kind that nobody knows is a success, because it happened; but not when it says `success` or `outcome`, as an
 * attribute or in its data, and that this was none.
 */
export const fromPlainOutcome: CloudEventMapper = (event) => {
  const parts = [event, event.data].filter(isObject)
  return parts.some(saysFailure) ? { success: false } : undefined
}
