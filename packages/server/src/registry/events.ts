import { type BatchResult, EprError, eventInputSchema, fromJsonText, type Page, toJsonText } from '@epr/model'
import type { PayloadSchemas } from '@epr/payload-schema'
import type { Actors } from '../access/actors.js'
import { assertMay } from '../access/rights.js'
import type { Call } from '../call.js'
import type { Recorder } from '../intake/recorder.js'
import type { Definitions } from '../storage/definition-cache.js'
import {
  type EventSearch,
  isIndexed,
  type NewEvent,
  type RecordedEvent,
  selectEvent,
  selectEvents,
} from '../storage/events.js'
import { insertKey } from '../storage/idempotency-keys.js'
import type { Databases } from '../storage/open-database.js'
import type { StoredReceiver } from '../storage/receivers.js'
import { mapInTurns } from '../turns.js'
import { type Idempotency, RepeatDiffersError, type ToClaim } from './idempotency.js'
import type { Identity } from './identity.js'
import { type JsonInput, parseInput, type UnreadJson } from './input.js'
import { hintAt, notFound } from './not-found.js'
import type { RefusedPayloads } from './refusals.js'

/** An event as it came. */
export interface EventBody {
  fields: unknown
  payload: JsonInput | UnreadJson | undefined
}

export interface Events {
  /**
   * Records an event, its message and the completions of its receiver's groups, in one transaction.
   *
   * @param body the fields, and apart from them the payload
   * @throws EprError INVALID_ARGUMENT for blank fields, an unknown receiver and a missing payload;
   *   PAYLOAD_MISMATCH with every violation of the receiver's schema
   */
  create(body: EventBody, call: Call): Promise<string>
  /** Records those of many that are good; the others say why not. The results are in the order of the bodies. */
  createMany(bodies: EventBody[], call: Call): Promise<BatchResult[]>
  /** @throws EprError NOT_FOUND */
  get(id: string, call: Call): Promise<{ event: RecordedEvent; receiver: StoredReceiver }>
  find(search: EventSearch, call: Call): Promise<Page<RecordedEvent>>
}

export interface EventsOptions {
  databases: Pick<Databases, 'recording' | 'reading' | 'searching'>
  definitions: Definitions
  payloadSchemas: PayloadSchemas
  recorder: Recorder
  idempotency: Idempotency
  actors: Actors
  refusals: Pick<RefusedPayloads, 'observe'>
  /** The payloads of a page of a search, in bytes. */
  maxPageBytes: number
  nextIdentity: () => Identity
}

/** Of a batch; each may wait for a worker that validates it. */
const PREPARED_AT_ONCE = 8

const isOwnFault = (error: unknown): error is EprError =>
  error instanceof EprError &&
  (error.code === 'INVALID_ARGUMENT' ||
    error.code === 'PAYLOAD_MISMATCH' ||
    error.code === 'PERMISSION_DENIED')

/** What the item itself is to blame for, as its result. @throws what it is not to blame for */
export function toRefusedItem(error: unknown): BatchResult {
  if (!isOwnFault(error) && !(error instanceof RepeatDiffersError)) throw error
  const { code, message } = error
  const details = [...error.details]
  return { errors: details, error: { code, message, details } }
}

/** @throws EprError PERMISSION_DENIED when none of many may be recorded */
export function assertAnyAllowed(results: readonly object[]): void {
  const refusals = results.flatMap((result) => {
    const { error } = result as Partial<Extract<BatchResult, { error: unknown }>>
    return error?.code === 'PERMISSION_DENIED' ? [error.message] : []
  })
  const [first] = refusals
  if (first !== undefined && refusals.length === results.length)
    throw new EprError('PERMISSION_DENIED', first, { details: refusals })
}

/** What to do about a search that takes too long, or waits too long behind others that do. */
const toNarrow = (cause: EprError): EprError =>
  new EprError(
    cause.code,
    'this search takes too long: narrow it down by name or version, for which there is an index',
    { cause },
  )

/** Makes the event of a body: reads it, and holds its payload to the schema of its receiver. */
function createPreparation(options: EventsOptions) {
  const { definitions, payloadSchemas, actors, refusals, nextIdentity } = options

  async function receiverOf(id: string): Promise<StoredReceiver> {
    const receiver = definitions.peekReceiver(id) ?? (await definitions.findReceiver(id))
    if (receiver) return receiver
    throw new EprError(
      'INVALID_ARGUMENT',
      `event_receiver_id: there is no event receiver ${JSON.stringify(id)}${hintAt(id)}`,
    )
  }

  return async function prepare({ fields, payload }: EventBody, call: Call): Promise<NewEvent> {
    const { principal } = call
    const input = parseInput(eventInputSchema, fields)
    assertMay(principal, { verb: 'record', receiver: input.event_receiver_id, artifact: input })
    if (payload === undefined) throw new EprError('INVALID_ARGUMENT', 'payload is required')
    const receiver = await receiverOf(input.event_receiver_id)
    const schema = fromJsonText(receiver.schema)
    const owner = { id: receiver.id, name: `${receiver.name}@${receiver.version}`, schema }
    try {
      const validation =
        'value' in payload
          ? payloadSchemas.validate(owner, payload.value, payload.text)
          : payloadSchemas.validateText(owner, payload)
      await validation
    } catch (error) {
      refusals.observe(receiver.id, error, call)
      throw error
    }
    const actor = actors.idOf(principal)
    const actor_id = actor instanceof Promise ? await actor : actor
    const { id, created_at } = nextIdentity()
    // Field by field: spreading objects made this the dearest line of all that recording an event does.
    return {
      id,
      name: input.name,
      version: input.version,
      release: input.release,
      platform_id: input.platform_id,
      package: input.package,
      description: input.description,
      payload: toJsonText(payload.text),
      success: input.success,
      event_receiver_id: input.event_receiver_id,
      created_at,
      type: receiver.type,
      actor_id,
    }
  }
}

export function createEvents(options: EventsOptions): Events {
  const { databases, definitions, recorder, idempotency, maxPageBytes } = options
  const prepare = createPreparation(options)

  async function record(body: EventBody, call: Call, toClaim?: ToClaim<string>): Promise<string> {
    const event = await prepare(body, call)
    await recorder.record({ events: [event], claim: toClaim?.(event.id) })
    return event.id
  }

  /** What the database refuses as a whole is recorded one by one; the key is kept with the results that came out. */
  async function recordEach(
    prepared: (NewEvent | BatchResult)[],
    toClaim?: ToClaim<BatchResult[]>,
  ): Promise<BatchResult[]> {
    const results: BatchResult[] = []
    for (const item of prepared) {
      if (!('type' in item)) results.push(item)
      else
        results.push(await recorder.record({ events: [item] }).then(() => ({ id: item.id }), toRefusedItem))
    }
    if (toClaim) await insertKey(databases.recording, toClaim(results))
    return results
  }

  async function recordMany(
    bodies: EventBody[],
    call: Call,
    toClaim?: ToClaim<BatchResult[]>,
  ): Promise<BatchResult[]> {
    const prepared = await mapInTurns(bodies, PREPARED_AT_ONCE, (body) =>
      prepare(body, call).catch(toRefusedItem),
    )
    assertAnyAllowed(prepared)
    const events = prepared.flatMap((item) => ('type' in item ? item : []))
    const results = prepared.map((item): BatchResult => ('type' in item ? { id: item.id } : item))
    if (events.length === 0 && !toClaim) return results
    try {
      await recorder.record({ events, claim: toClaim?.(results) })
      return results
    } catch (error) {
      if (isOwnFault(error)) return recordEach(prepared, toClaim)
      throw error
    }
  }

  async function searchSlowly(search: EventSearch): Promise<Page<RecordedEvent>> {
    try {
      return await selectEvents(databases.searching, search, maxPageBytes)
    } catch (error) {
      throw error instanceof EprError && (error.code === 'TIMEOUT' || error.code === 'UNAVAILABLE')
        ? toNarrow(error)
        : error
    }
  }

  return {
    // The one hot call: without a key nothing stands between it and its row.
    create: (body, call) =>
      call.once ? idempotency.once(call, (toClaim) => record(body, call, toClaim)) : record(body, call),
    createMany: (bodies, call) => idempotency.once(call, (toClaim) => recordMany(bodies, call, toClaim)),
    async get(id, { principal }) {
      assertMay(principal, { verb: 'read' })
      const event = await selectEvent(databases.reading, id)
      const receiver = event && (await definitions.findReceiver(event.event_receiver_id))
      if (!receiver) throw notFound('event', id)
      return { event, receiver }
    },
    async find(search, { principal }) {
      assertMay(principal, { verb: 'read' })
      return isIndexed(search.filter)
        ? selectEvents(databases.reading, search, maxPageBytes)
        : searchSlowly(search)
    },
  }
}
