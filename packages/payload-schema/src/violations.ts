import { shorten } from '@epr/model'
import type { ErrorObject } from 'ajv/dist/2020.js'
import { showExact } from './numbers/exact-json.js'

/** What is wrong with a value, one sentence each. */
export interface Violations {
  readonly named: readonly string[]
  /** How many more there are, not named. */
  readonly more: number
}

/** How violations are named. */
export interface Naming {
  /** What the value is called: `payload/name must be string`. */
  readonly what: string
  /** How many are named; the rest is counted. */
  readonly limit: number
  /** Whether one for each place is enough: of a value that is wrong in several ways, the first. @default false */
  readonly onePerPlace?: boolean
}

export function toViolations(
  errors: readonly ErrorObject[],
  { what, limit, onePerPlace }: Naming,
): Violations {
  // "must match then schema" says nothing that the errors inside of `then` do not say.
  const telling = errors.filter(({ keyword }) => keyword !== 'if')
  const sentences = new Map<string, string>()
  let more = 0
  for (const error of telling.length > 0 ? telling : errors) {
    const sentence = toSentence(error, what)
    const key = onePerPlace ? error.instancePath : sentence
    if (sentences.has(key)) continue
    if (sentences.size < limit) sentences.set(key, sentence)
    else more += 1
  }
  return { named: [...sentences.values()], more }
}

/** The sentences as an answer shows them. */
export function toDetails({ named, more }: Violations): readonly string[] {
  return more === 0 ? named : [...named, `and ${more} more`]
}

const MAX_PART = 300

function toSentence({ instancePath, message, params, keyword }: ErrorObject, what: string): string {
  return oneLine(what + instancePath) + oneLine(` ${message ?? `breaks ${keyword}`}${mention(params)}`)
}

/** What Ajv's messages leave out: the property that is too much, the values that are allowed. */
function mention(params: Readonly<Record<string, unknown>>): string {
  const extra = params.additionalProperty ?? params.unevaluatedProperty
  if (typeof extra === 'string') return `: '${shorten(extra, MAX_PART)}'`
  if (typeof params.propertyName === 'string') return `: '${shorten(params.propertyName, MAX_PART)}'`
  if (Array.isArray(params.allowedValues))
    return `: ${params.allowedValues.slice(0, 20).map(show).join(', ')}`
  return 'allowedValue' in params ? ` ${show(params.allowedValue)}` : ''
}

function show(value: unknown): string {
  return shorten(showExact(value), MAX_PART)
}

/** Names come from strangers: no line breaks into a log, no megabyte into an answer. */
function oneLine(text: string): string {
  const short = shorten(text, MAX_PART + 1)
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
  return short.replace(/[\u0000-\u001f\u007f\u2028\u2029]/g, (char) => JSON.stringify(char).slice(1, -1))
}
