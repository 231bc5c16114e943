import type { Limits } from '../limits.js'
import type { KnownResources } from '../link/known-documents.js'
import { linkSchema } from '../link/link-schema.js'
import { parseSchema } from '../link/parse-schema.js'
import { compileSchema, type Validator } from './compile-schema.js'
import { checksPerUnit } from './schema-cost.js'

/** How payloads of a receiver are validated on the main thread, and how long they may be for it. */
export interface InlineValidator extends Validator {
  /** Longest payload that the main thread judges. */
  readonly maxPayloadLength: number
  /** Longest payload whose violations the main thread names all: each costs an object and its text. */
  readonly maxNamingLength: number
}

/** What naming a violation costs, in elementary checks; 600,000 of them took 200 ms. */
const NAMING = 8

/**
 * The validator of a schema that is cheap by its looks alone: short, few sub-schemas, not recursive.
 * `undefined` for all others, also for those that cannot be used: the worker says why. Nothing here
 * relies on the schema having been checked when it was created: it may come from another's database.
 */
export function createInlineValidator(
  schemaText: string,
  known: KnownResources,
  limits: Limits,
): InlineValidator | undefined {
  if (schemaText.length > limits.mainSchemaLength) return undefined
  const mainLimits = { ...limits, maxSubschemas: limits.mainSubschemas, maxPatternProgram: MAX_PROGRAM }
  try {
    const linked = linkSchema(parseSchema(schemaText, limits), known, mainLimits)
    const rate = checksPerUnit(linked, limits)
    if (!Number.isFinite(rate)) return undefined
    return {
      ...compileSchema(linked, 'payload', limits.namedViolations),
      maxPayloadLength: Math.min(limits.mainPayloadLength, Math.floor(limits.mainChecks / rate)),
      maxNamingLength: Math.floor(limits.mainChecks / (rate * NAMING)),
    }
  } catch {
    return undefined
  }
}

/** Instructions of all patterns together: compiling one of this size takes a few milliseconds. */
const MAX_PROGRAM = 1_000
