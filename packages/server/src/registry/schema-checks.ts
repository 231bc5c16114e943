import { createHash } from 'node:crypto'
import { EprError, fromJsonText, MAX_CHECKED, type PayloadCheck, type SchemaCheck } from '@epr/model'
import { acceptsAll, type PayloadSchemas, type SchemaOwner } from '@epr/payload-schema'
import * as z from 'zod'
import { assertMay } from '../access/rights.js'
import type { Call } from '../call.js'
import type { Definitions } from '../storage/definition-cache.js'
import { selectEvents } from '../storage/events.js'
import type { Databases } from '../storage/open-database.js'
import type { StoredReceiver } from '../storage/receivers.js'
import { createTurns } from '../turns.js'
import { type JsonInput, parseInput, type UnreadJson } from './input.js'
import { notFound } from './not-found.js'

/** Which receiver's payloads a schema is held to, and how many of the newest. */
export const againstSchema = z.strictObject({
  event_receiver_id: z.string().min(1),
  last: z
    .int(`must be a whole number from 1 to ${MAX_CHECKED.stored}`)
    .min(1, `must be a whole number from 1 to ${MAX_CHECKED.stored}`)
    .max(MAX_CHECKED.stored, `must be a whole number from 1 to ${MAX_CHECKED.stored}`)
    .default(MAX_CHECKED.stored),
})

/** A schema that is tried. */
export interface SchemaTrial {
  schema: JsonInput | undefined
  /** JSON texts. */
  samples: readonly string[]
  against: unknown
}

/** What can be tried without recording anything. */
export interface SchemaChecks {
  /**
   * What a schema would mean. One at a time, by the worker that new schemas have.
   *
   * @throws EprError INVALID_ARGUMENT without a schema; NOT_FOUND for an unknown receiver; RATE_LIMITED when too many wait
   */
  check(trial: SchemaTrial, call: Call, abort: AbortSignal): Promise<SchemaCheck>
  /**
   * Whether a receiver would take a payload.
   *
   * @throws EprError INVALID_ARGUMENT without a payload; NOT_FOUND
   */
  checkPayload(id: string, payload: JsonInput | UnreadJson | undefined, call: Call): Promise<PayloadCheck>
}

export interface SchemaChecksOptions {
  databases: Pick<Databases, 'searching'>
  definitions: Definitions
  payloadSchemas: PayloadSchemas
}

/** The stored payloads that one check reads, in bytes. */
const MAX_STORED_BYTES = 8 * 1024 * 1024
/** How long one check goes on with payload after payload. */
const CHECK_MS = 10_000
/** Violations that are named of a stored payload. */
const NAMED = 10
/** How many checks wait behind the one that runs. */
const MAX_WAITING = 8

const ACCEPTS_ALL = 'the schema accepts anything: every payload will be recorded'

/** What is wrong with a schema or a payload; undefined when nothing is. @throws what is not its fault */
async function faultsOf(check: Promise<unknown>): Promise<readonly string[]> {
  try {
    await check
    return []
  } catch (error) {
    const isItsFault =
      error instanceof EprError && (error.code === 'INVALID_ARGUMENT' || error.code === 'PAYLOAD_MISMATCH')
    if (isItsFault) return error.details.length > 0 ? error.details : [error.message]
    throw error
  }
}

function named(violations: readonly string[]): string[] {
  const more = violations.length - NAMED
  return more > 0 ? [...violations.slice(0, NAMED), `and ${more} more`] : [...violations]
}

/** Schemas that are tried are known by their text, and take no receiver's place. */
const toTrial = (schema: string): SchemaOwner => ({
  id: `trial ${createHash('sha256').update(schema).digest('hex')}`,
  name: 'the schema that is tried',
  schema,
  isTrial: true,
})

export function createSchemaChecks(options: SchemaChecksOptions): SchemaChecks {
  const { databases, definitions, payloadSchemas } = options
  const turns = createTurns(() => 1)
  let waiting = 0

  async function receiverOf(id: string): Promise<StoredReceiver> {
    const receiver = await definitions.findReceiver(id)
    if (!receiver) throw notFound('event receiver', id)
    return receiver
  }

  const faultsOfPayload = (owner: SchemaOwner, text: string) =>
    faultsOf(payloadSchemas.validateText(owner, { text, hasLongNumbers: true }))

  async function checkStored(
    owner: SchemaOwner,
    { event_receiver_id, last }: z.output<typeof againstSchema>,
    isOver: () => boolean,
  ): Promise<NonNullable<SchemaCheck['against']>> {
    const page = { limit: last, order: 'desc' } as const
    const search = { filter: { event_receiver_id }, page, fields: ['id', 'payload'] as const }
    const { rows, more } = await selectEvents(databases.searching, search, MAX_STORED_BYTES)
    const failed: { event_id: string; violations: string[] }[] = []
    let checked = 0
    for (const { id, payload } of rows) {
      if (isOver()) break
      const violations = await faultsOfPayload(owner, fromJsonText(payload))
      checked += 1
      if (violations.length > 0) failed.push({ event_id: id, violations: named(violations) })
    }
    // With more there are others than these only when the page was cut before as many as were asked for.
    return { checked, failed, complete: checked === rows.length && (!more || rows.length === last) }
  }

  async function checkAll(
    schema: string,
    samples: readonly string[],
    against: z.output<typeof againstSchema> | undefined,
    abort: AbortSignal,
  ): Promise<SchemaCheck> {
    const until = performance.now() + CHECK_MS
    const isOver = () => abort.aborted || performance.now() > until
    let dialect: string | null = null
    const problems = await faultsOf(
      payloadSchemas.check(schema).then((checked) => {
        dialect = checked.dialect
      }),
    )
    if (problems.length > 0)
      return { problems: [...problems], warnings: [], dialect, samples: [], against: null }
    const owner = toTrial(schema)
    const violations: string[][] = []
    for (const sample of samples) {
      if (isOver())
        throw new EprError(
          'INVALID_ARGUMENT',
          'the samples take too long to check: send fewer or shorter ones',
        )
      violations.push([...(await faultsOfPayload(owner, sample))])
    }
    const warnings = acceptsAll(schema) ? [ACCEPTS_ALL] : []
    const stored = against === undefined ? null : await checkStored(owner, against, isOver)
    return { problems: [], warnings, dialect, samples: violations, against: stored }
  }

  return {
    async check({ schema, samples, against: asked }, { principal }, abort) {
      assertMay(principal, { verb: 'read' })
      if (schema === undefined) throw new EprError('INVALID_ARGUMENT', 'schema is required')
      const against = asked === undefined ? undefined : parseInput(againstSchema, asked)
      if (against) await receiverOf(against.event_receiver_id)
      if (waiting > MAX_WAITING)
        throw new EprError('RATE_LIMITED', 'too many schemas wait to be checked: try again later')
      waiting += 1
      try {
        return await turns.run(() => checkAll(schema.text, samples, against, abort))
      } finally {
        waiting -= 1
      }
    },
    async checkPayload(id, payload, { principal }) {
      assertMay(principal, { verb: 'read' })
      if (payload === undefined) throw new EprError('INVALID_ARGUMENT', 'payload is required')
      const { schema } = await receiverOf(id)
      const owner = { id, schema: fromJsonText(schema), isTrial: true }
      const unread = 'hasLongNumbers' in payload ? payload : { text: payload.text, hasLongNumbers: true }
      return { violations: [...(await faultsOf(payloadSchemas.validateText(owner, unread)))] }
    },
  }
}
