import { EprError } from '@epr/model'
import { LRUCache } from 'lru-cache'
import { equalityKey } from './compile/canonical-key.js'
import { compileSchema, type Validator } from './compile/compile-schema.js'
import { assertAffordable } from './compile/schema-cost.js'
import { DEFAULT_LIMITS, type Limits } from './limits.js'
import { createKnownResources, type KnownResources, type SchemaCatalogue } from './link/known-documents.js'
import { linkSchema } from './link/link-schema.js'
import { parseSchema } from './link/parse-schema.js'
import { hasExactNumbers } from './numbers/exact-json.js'
import { reasonOf } from './refuse.js'
import { toDetails, type Violations } from './violations.js'
import { createWorkerPool } from './worker/worker-pool.js'
import type { Outcome } from './worker/worker-protocol.js'

/** A receiver as far as its schema goes. It never changes, so its id stands for its schema. */
export interface SchemaOwner {
  readonly id: string
  /** What people call it: its refusals say so. @default only its id */
  readonly name?: string
  /** The JSON text of the schema. */
  readonly schema: string
  /**
   * Whether the payload is only tried, perhaps against a schema that nobody has checked: then no payload that is to be
   * recorded waits for it. @default false
   */
  readonly isTrial?: boolean
}

/** A payload that nobody has parsed. */
export interface UnreadPayload {
  readonly text: string
  /**
   * Whether a number in it may be longer than `PLAIN_NUMBER_CHARS`, or have an exponent. Whoever has been through the
   * text knows it already: looking for them again takes a tenth of the time of a large payload.
   */
  readonly hasLongNumbers: boolean
}

/** The schemas of strangers: whether one can be used, and whether payloads satisfy it. */
export interface PayloadSchemas {
  /**
   * Gives the name of the dialect that the schema is read in.
   *
   * @throws INVALID_ARGUMENT when `schemaText` is not a JSON Schema that payloads can be held to
   * @throws RATE_LIMITED when too many others wait
   */
  check(schemaText: string): Promise<{ dialect: string }>
  /**
   * Returns nothing when that could be decided at once, otherwise a promise: an `await` on the hot
   * path would cost more than the validation.
   *
   * @param payload the parsed payload
   * @param payloadText the text that it was parsed from
   * @throws PAYLOAD_MISMATCH that names every violation in its details
   * @throws RATE_LIMITED when too many others wait
   */
  validate(receiver: SchemaOwner, payload: unknown, payloadText: string): void | Promise<void>
  /**
   * The same for a payload that nobody has parsed: a worker does both.
   *
   * @throws INVALID_ARGUMENT when it is not JSON, and what `validate` throws
   */
  validateText(receiver: SchemaOwner, payload: UnreadPayload): Promise<void>
  /**
   * A text that is the same for two JSON values exactly when they are equal as JSON Schema means it (2020-12 core, section
   * 4.2.2): 1 and 1.0 are one number, and the order of keys does not count. That of a short one is there at once.
   *
   * @param text JSON
   * @throws INVALID_ARGUMENT when it is not JSON, or takes too long
   * @throws RATE_LIMITED when too many others wait
   */
  equalityKey(text: string): string | Promise<string>
  /** Ends the workers; what still runs in them is refused with UNAVAILABLE. */
  close(): Promise<void>
}

export interface PayloadSchemasOptions {
  /** Schemas that may be referred to without being sent along. @default only the meta-schemas */
  catalogue?: SchemaCatalogue
  /** @default DEFAULT_LIMITS */
  limits?: Partial<Limits>
  /** Warned when a stranger's schema or payload cost a worker its deadline. */
  log?: { warn(fields: object, text: string): void }
}

export function createPayloadSchemas(options: PayloadSchemasOptions = {}): PayloadSchemas {
  const limits = { ...DEFAULT_LIMITS, ...options.limits }
  const known = createKnownResources(options.catalogue)
  const pool = createWorkerPool({ documents: new Map(options.catalogue?.documents), limits })
  const validators = new LRUCache<string, Plan>({ max: limits.cachedValidators })

  const planFor = (receiver: SchemaOwner): Plan => {
    const cached = validators.get(receiver.id)
    if (cached !== undefined) return cached
    const plan = acceptsAll(receiver.schema)
      ? 'everything'
      : (createInlineValidator(receiver.schema, known, limits) ?? 'worker')
    validators.set(receiver.id, plan)
    return plan
  }

  const validateInWorker = async (receiver: SchemaOwner, payload: UnreadPayload): Promise<void> => {
    const job = {
      kind: 'validate',
      receiverId: receiver.id,
      schemaText: receiver.schema,
      payloadText: payload.text,
      hasLongNumbers: payload.hasLongNumbers,
      isTrial: receiver.isTrial ?? false,
    } as const
    const outcome = await pool.run(job)
    if (outcome.kind === 'undecided') {
      options.log?.warn({ event_receiver_id: receiver.id, reason: outcome.reason }, 'payload not validated')
    }
    assertPayload(receiver, outcome)
  }

  return {
    async check(schemaText) {
      if (schemaText.length > limits.maxSchemaLength) {
        throw invalidSchema([`it is longer than ${limits.maxSchemaLength} characters`])
      }
      const outcome = await pool.run({ kind: 'check', schemaText })
      if (outcome.kind === 'undecided') options.log?.warn({ reason: outcome.reason }, 'schema not checked')
      return { dialect: dialectOf(outcome) }
    },
    validate(receiver, payload, payloadText) {
      const plan = planFor(receiver)
      if (plan === 'everything') return undefined
      if (plan === 'worker' || payloadText.length > plan.maxPayloadLength || hasExactNumbers(payloadText)) {
        return validateInWorker(receiver, { text: payloadText, hasLongNumbers: true })
      }
      const violations = judgeInline(receiver, plan, payload)
      if (violations === undefined) return undefined
      if (payloadText.length > plan.maxNamingLength)
        return validateInWorker(receiver, { text: payloadText, hasLongNumbers: true })
      throw mismatch(receiver, toDetails(nameInline(plan, payload) ?? violations))
    },
    validateText: validateInWorker,
    equalityKey(text) {
      if (text.length <= limits.mainPayloadLength) return equalityKey(text)
      return pool.run({ kind: 'equality', text }).then((outcome) => {
        if (outcome.kind === 'key') return outcome.key
        const reason = 'reason' in outcome ? outcome.reason : outcome.kind
        throw new EprError('INVALID_ARGUMENT', `the data cannot be compared: ${reason}`)
      })
    },
    close: () => pool.close(),
  }
}

type Plan = InlineValidator | 'worker' | 'everything'

/** Whether a schema is one that every payload satisfies, as far as that can be seen. */
export function acceptsAll(schemaText: string): boolean {
  return schemaText === 'true' || /^\s*(?:true|\{\s*\})\s*$/.test(schemaText.slice(0, 20))
}

function judgeInline(
  receiver: SchemaOwner,
  validator: InlineValidator,
  payload: unknown,
): Violations | undefined {
  try {
    return validator.firstViolations(payload)
  } catch (failure) {
    throw mismatch(receiver, [`payload could not be validated: ${reasonOf(failure)}`])
  }
}

/** Nothing when it fails: that the payload is invalid is known already. */
function nameInline(validator: InlineValidator, payload: unknown): Violations | undefined {
  try {
    return validator.allViolations(payload)
  } catch {
    return undefined
  }
}

function assertPayload(receiver: SchemaOwner, outcome: Outcome): void {
  switch (outcome.kind) {
    case 'ok':
      return
    case 'malformed':
      throw new EprError('INVALID_ARGUMENT', `payload is not valid JSON: ${outcome.reason}`)
    case 'violations':
      throw mismatch(receiver, toDetails(outcome.violations))
    case 'undecided':
      throw mismatch(receiver, [`payload could not be validated: ${outcome.reason}`])
    case 'unusable':
      throw mismatch(
        receiver,
        outcome.reasons.map((reason) => `the schema cannot be used: ${reason}`),
      )
    case 'checked':
    case 'key':
      throw new Error('the schema worker has answered another question')
  }
}

/** The dialect of a schema that can be used. @throws INVALID_ARGUMENT for another */
function dialectOf(outcome: Outcome): string {
  if (outcome.kind === 'checked') return outcome.dialect
  if (outcome.kind === 'unusable') throw invalidSchema(outcome.reasons)
  if (outcome.kind === 'undecided') throw invalidSchema([outcome.reason])
  throw new Error('the schema worker has answered another question')
}

function mismatch(receiver: SchemaOwner, details: readonly string[]): EprError {
  const { id, name } = receiver
  const called = name === undefined ? id : `${name} (${id})`
  const message = `payload does not match the schema of event receiver ${called}: ${details.join('; ')}`
  return new EprError('PAYLOAD_MISMATCH', message, { details })
}

function invalidSchema(reasons: readonly string[]): EprError {
  const details = reasons.map((reason) => `schema is not a valid JSON Schema: ${reason}`)
  return new EprError('INVALID_ARGUMENT', `schema is not a valid JSON Schema: ${reasons.join('; ')}`, {
    details,
  })
}

/** How payloads of a receiver are validated on the main thread, and how long they may be for it. */
interface InlineValidator extends Validator {
  /** Longest payload that the main thread judges. */
  readonly maxPayloadLength: number
  /** Longest payload whose violations the main thread names all: each costs an object and its text. */
  readonly maxNamingLength: number
}

/** What naming a violation costs, in elementary checks; 600,000 of them took 200 ms. */
const NAMING = 8

/**
 * The validator of a schema that is cheap by its looks alone: short, few sub-schemas, not recursive.
 * `undefined` for all others, also for those with numbers that a double does not keep and for those that cannot be used:
 * the worker says why. Nothing here
 * relies on the schema having been checked when it was created: it may come from another's database.
 */
function createInlineValidator(
  schemaText: string,
  known: KnownResources,
  limits: Limits,
): InlineValidator | undefined {
  if (schemaText.length > limits.mainSchemaLength || hasExactNumbers(schemaText)) return undefined
  const mainLimits = { ...limits, maxSubschemas: limits.mainSubschemas, maxPatternProgram: MAX_PROGRAM }
  try {
    const linked = linkSchema(parseSchema(schemaText, limits), known, mainLimits)
    const rate = assertAffordable(linked, limits)
    if (!Number.isFinite(rate)) return undefined
    return {
      ...compileSchema(linked, { what: 'payload', limit: limits.namedViolations }),
      maxPayloadLength: Math.min(limits.mainPayloadLength, Math.floor(limits.mainChecks / rate)),
      maxNamingLength: Math.floor(limits.mainChecks / (rate * NAMING)),
    }
  } catch {
    return undefined
  }
}

/** Instructions of all patterns together: compiling one of this size takes a few milliseconds. */
const MAX_PROGRAM = 1_000
