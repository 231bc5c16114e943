import { readTime } from '@epr/model'
import { CloudEvent as CheckedCloudEvent, ValidationError } from 'cloudevents'

/** The attributes of CloudEvents 1.0.2: their names, their types (section 2.4) and their own constraints (section 3.1). */

const DATA = new Set(['data', 'data_base64'])
const REQUIRED = ['specversion', 'id', 'source', 'type']
/** Those that are strings, and are not empty. */
const TEXTS = new Set([...REQUIRED, 'subject', 'time', 'datacontenttype', 'dataschema'])
/** What begins with `epr` is ours: one that we do not know would say something that nobody hears. */
const OWN = new Set([
  ...['eprname', 'eprversion', 'eprrelease', 'eprplatformid', 'eprpackage', 'eprsuccess'],
  // Of the messages that EPR itself sends, when they are recorded elsewhere.
  'eprgate',
])
const NAME = /^[a-z0-9]+$/
/** Section 2.4, String: neither control characters nor what is not a character. */
const NOT_TEXT = /[\p{Cc}\p{Cs}\p{Noncharacter_Code_Point}]/u
const INTEGER = /^(?:0|-?[1-9]\d*)$/
const MAX_INTEGER = 2 ** 31 - 1
/** RFC 2045, section 5.1: a type, a subtype, and parameters whose values are tokens or quoted. */
const MEDIA_TYPE =
  /^[\w!#$&^.+*'`|~%-]+\/[\w!#$&^.+*'`|~%-]+(?:[ \t]*;[ \t]*[\w!#$&^.+*'`|~%-]+=(?:[\w!#$&^.+*'`|~%:-]+|"(?:[^"\\]|\\.)*"))*[ \t]*;?$/
/** RFC 4648, section 4: in groups of four, the last one padded. */
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/

/** What is wrong with a value of an attribute, whichever it is; undefined when nothing is. */
function valueProblem(value: unknown, text: string | undefined): string | undefined {
  if (typeof value === 'boolean') return undefined
  if (typeof value === 'string')
    return NOT_TEXT.test(value) ? 'must not contain control characters or what is not a character' : undefined
  if (typeof value !== 'number') return 'must be a string, a number or a boolean'
  const isInteger = INTEGER.test(text ?? String(value)) && value <= MAX_INTEGER && value >= -MAX_INTEGER - 1
  return isInteger ? undefined : 'must be an integer of 32 bits, or a string'
}

function ownProblem(name: string, value: unknown): string | undefined {
  if (!OWN.has(name))
    return `is not an attribute of EPR: those are ${[...OWN].filter((own) => own !== 'eprgate').join(', ')}`
  return value === '' ? 'must not be empty' : undefined
}

/** What is wrong with one of the attributes that the specification names. */
function knownProblem(name: string, value: unknown): string | undefined {
  if (typeof value !== 'string') return 'must be a string'
  if (value === '') return 'must not be empty'
  if (name === 'specversion' && value !== '1.0') return 'must be 1.0'
  if (name === 'time' && readTime(value) === undefined)
    return 'must be an RFC 3339 time, like 2026-11-01T00:00:00Z'
  if (name === 'datacontenttype' && !MEDIA_TYPE.test(value))
    return 'must be a media type, like application/json'
  return undefined
}

function problemOf(name: string, value: unknown, text: string | undefined): string | undefined {
  if (!NAME.test(name)) return 'is not the name of an attribute: those are of a to z and 0 to 9'
  const problem = valueProblem(value, text)
  if (problem !== undefined) return problem
  if (TEXTS.has(name)) return knownProblem(name, value)
  return name.startsWith('epr') ? ownProblem(name, value) : undefined
}

function toDetails(error: ValidationError): string[] {
  const problems = (error.errors ?? []).map((problem) => {
    if (typeof problem === 'string' || problem instanceof Error) return String(problem)
    const { instancePath, message } = problem as { instancePath?: string; message?: string }
    return `${(instancePath ?? '').slice(1)} ${message ?? 'is not valid'}`
  })
  return problems.length > 0 ? problems : [error.message.split('\n')[0] ?? '']
}

/** The library's reasons for refusing: it knows what a URI is. It gets only what it would not change or fill in. */
function findUriProblems({ source, dataschema }: Readonly<Record<string, unknown>>): string[] {
  try {
    new CheckedCloudEvent({
      specversion: '1.0',
      id: '-',
      type: '-',
      source: String(source),
      ...(dataschema !== undefined && { dataschema: String(dataschema) }),
    })
    return []
  } catch (error) {
    if (error instanceof ValidationError) return toDetails(error)
    throw error
  }
}

function findDataProblems(members: Readonly<Record<string, unknown>>): string[] {
  const base64 = members.data_base64
  if ('data' in members && 'data_base64' in members) return ['data and data_base64 exclude each other']
  if (base64 === undefined || base64 === null) return []
  return typeof base64 === 'string' && BASE64.test(base64)
    ? []
    : ['data_base64 must be base64 (RFC 4648, section 4)']
}

/**
 * Everything that is wrong with the members of a CloudEvent in the JSON format (1.0.2), one sentence each. A member that is
 * null is as good as absent (section 2.2), but for data.
 *
 * @param texts the source text of each member: a number's says whether it is an integer
 */
export function findCloudEventProblems(
  members: Readonly<Record<string, unknown>>,
  texts: ReadonlyMap<string, string>,
): string[] {
  const attributes = Object.entries(members).filter(([name, value]) => value !== null && !DATA.has(name))
  const given = Object.fromEntries(attributes)
  const missing = REQUIRED.filter((name) => !Object.hasOwn(given, name))
  const problems = [
    ...missing.map((name) => `${name} is missing: a CloudEvent must have it`),
    ...attributes.flatMap(([name, value]) => {
      const problem = problemOf(name, value, texts.get(name))
      return problem === undefined ? [] : [`${name} ${problem}`]
    }),
    ...findDataProblems(members),
  ]
  return problems.length > 0 ? problems : findUriProblems(given)
}
