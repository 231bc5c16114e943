import { assertJsonDepth, EprError, type Nvrpp } from '@epr/model'
import { CloudEvent as CheckedCloudEvent, ValidationError } from 'cloudevents'

/** A CloudEvent in the JSON format (CloudEvents 1.0.2, JSON format, section 2): attributes, and perhaps data. */
export interface CloudEvent {
  readonly specversion: string
  readonly id: string
  readonly source: string
  readonly type: string
  readonly subject?: string
  readonly [attribute: string]: unknown
}

/** A CloudEvent beside its text, which keeps what parsing would change. */
export interface CloudEventInput {
  value: CloudEvent
  text: string
}

/** What may be a CloudEvent, and its text. */
export interface MaybeCloudEvent {
  value: unknown
  text: string
}

/**
 * Knows a kind of CloudEvent: says of one how it went and which artifact it is about, or undefined when it is of
 * another kind. What the sender says with `eprsuccess`, `eprname` and so on counts more.
 */
export type CloudEventMapper = (
  event: CloudEvent,
) => { success?: boolean | undefined; nvrpp?: Nvrpp | undefined } | undefined

const REQUIRED = ['specversion', 'id', 'source', 'type']
const DATA = new Set(['data', 'data_base64'])

/** What the library would fill in by itself, and an extension that is not a value of the type system (1.0.2, 2.5). */
function findProblems(attributes: Readonly<Record<string, unknown>>): string[] {
  const missing = REQUIRED.filter((name) => (attributes[name] ?? '') === '')
  const odd = Object.keys(attributes).filter((name) => typeof attributes[name] === 'object')
  const { specversion } = attributes
  return [
    ...missing.map((name) => `${name} is missing: a CloudEvent must have it`),
    ...odd.map((name) => `${name} must be a string, a number or a boolean`),
    ...(missing.includes('specversion') || specversion === '1.0' ? [] : ['specversion must be 1.0']),
  ]
}

function toDetails(error: ValidationError): string[] {
  const problems = (error.errors ?? []).map((problem) => {
    if (typeof problem === 'string' || problem instanceof Error) return String(problem)
    const { instancePath, message } = problem as { instancePath?: string; message?: string }
    return `${(instancePath ?? '').slice(1)} ${message ?? 'is not valid'}`
  })
  return problems.length > 0 ? problems : [error.message.split('\n')[0] ?? '']
}

/** The library's reasons for refusing. Data is kept from it: it would be copied, and changed. */
function findViolations(attributes: Readonly<Record<string, unknown>>): string[] {
  try {
    new CheckedCloudEvent(attributes)
    return []
  } catch (error) {
    if (error instanceof ValidationError) return toDetails(error)
    if (error instanceof TypeError) return [error.message]
    throw error
  }
}

/** @throws EprError INVALID_ARGUMENT that names every attribute that is missing or wrong */
export function toCloudEvent({ value, text }: MaybeCloudEvent): CloudEventInput {
  assertCloudEvent(value)
  assertJsonDepth(text)
  return { value, text }
}

function assertCloudEvent(value: unknown): asserts value is CloudEvent {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new EprError('INVALID_ARGUMENT', 'a CloudEvent must be a JSON object')
  }
  const members = value as Record<string, unknown>
  // A member that is null is as good as absent (JSON format, 2.2).
  const attributes = Object.fromEntries(
    Object.entries(members).filter(([name, member]) => member !== null && !DATA.has(name)),
  )
  const problems = findProblems(attributes)
  if (problems.length === 0) problems.push(...findViolations(attributes))
  if ('data' in members && 'data_base64' in members) problems.push('data and data_base64 exclude each other')
  if (problems.length > 0) throw new EprError('INVALID_ARGUMENT', problems.join('; '), { details: problems })
}
