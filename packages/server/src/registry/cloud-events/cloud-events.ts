import { createHash } from 'node:crypto'
import { type BatchResult, EprError, nvrppKey } from '@epr/model'
import type { PayloadSchemas } from '@epr/payload-schema'
import type { Call, Once } from '../../call.js'
import { mapInTurns } from '../../turns.js'
import { assertAnyAllowed, type Events, toRefusedItem } from '../events.js'
import {
  type CloudEvent,
  type CloudEventInput,
  type CloudEventMapper,
  type MaybeCloudEvent,
  toCloudEvent,
} from './cloud-event.js'
import { type CloudEventBody, toEventBody } from './event-of-cloud-event.js'

export interface CloudEventsOptions {
  events: Pick<Events, 'create'>
  /** As PayloadSchemas has it. */
  equalityKey: PayloadSchemas['equalityKey']
  /** The id of the newest receiver of a type; whoever may record there need not be allowed to read. */
  findReceiver: (type: string) => Promise<string | undefined>
  /** Asked in their order; the first that knows an event counts. */
  mappers: readonly CloudEventMapper[]
}

/** Records CloudEvents. `receiver` is an id; without it the newest receiver of the event's type counts. */
export interface CloudEvents {
  /** Gives the id of the event. @throws EprError INVALID_ARGUMENT that names the attribute, PAYLOAD_MISMATCH */
  record(input: CloudEventInput, receiver: string | undefined, call: Call): Promise<string>
  /**
   * Records those of many that are good; the others say why not.
   *
   * @throws EprError for what none of them is to blame for. Sent again, those that are recorded stay one event
   */
  recordMany(
    inputs: readonly MaybeCloudEvent[],
    receiver: string | undefined,
    call: Call,
  ): Promise<BatchResult[]>
}

interface Prepared {
  input: CloudEventInput
  body: CloudEventBody
}

interface ToRecord {
  body: CloudEventBody
  once: Once
}

const sha256 = (...texts: string[]): Buffer => {
  const hash = createHash('sha256')
  for (const text of texts) hash.update(text)
  return hash.digest()
}

/**
 * What a CloudEvent says: which artifact, how it went, its type and its data as a JSON value. Not how it came here: tracing
 * attributes, the content mode and white space are others' business.
 */
async function toContents(
  { input: { value, texts }, body }: Prepared,
  equalityKey: PayloadSchemas['equalityKey'],
): Promise<string[]> {
  const { success, ...nvrpp } = body.fields
  const contents = [JSON.stringify([nvrppKey(nvrpp), success, value.type])]
  for (const name of DATA) {
    const member = texts.get(name)
    if (member !== undefined) contents.push(`${name}:`, await equalityKey(member))
  }
  return contents
}

const DATA = ['data', 'data_base64']

/** Source and id are a CloudEvent's identity (1.0.2, section 3.1); each receiver that is named has its own copy. */
async function toOnce(
  prepared: Prepared,
  receiver: string | undefined,
  equalityKey: PayloadSchemas['equalityKey'],
): Promise<Once> {
  const { source, id } = prepared.input.value
  const scope = ['cloudevents', source, id, receiver ?? '']
  return {
    scope,
    digest: sha256(...(await toContents(prepared, equalityKey))),
    // The same identity was the same event, whatever else it said.
    formerDigest: sha256(JSON.stringify(scope)),
    conflict: CONFLICT,
  }
}

const CONFLICT =
  'a CloudEvent of this source and id has been recorded that says something else (artifact, success, type or data): give this one an id of its own'

/** Of a batch: each may wait for a worker. */
export function createCloudEvents({
  events,
  equalityKey,
  findReceiver,
  mappers,
}: CloudEventsOptions): CloudEvents {
  async function receiverOf({ type }: CloudEvent): Promise<string> {
    const newest = await findReceiver(type)
    if (newest !== undefined) return newest
    const problem = `type: there is no event receiver of the type ${JSON.stringify(type)}`
    throw new EprError('INVALID_ARGUMENT', `${problem}: create one, or name one with ?receiver=<id>`)
  }

  async function prepare(input: CloudEventInput, receiver: string | undefined): Promise<ToRecord> {
    const body = toEventBody(input, receiver ?? (await receiverOf(input.value)), mappers)
    return { body, once: await toOnce({ input, body }, receiver, equalityKey) }
  }

  const recordOnce = ({ body, once }: ToRecord, call: Call): Promise<string> =>
    events.create(body, { ...call, once })

  return {
    record: async (input, receiver, call) => recordOnce(await prepare(input, receiver), call),
    async recordMany(inputs, receiver, call) {
      const prepareOne = async (input: MaybeCloudEvent) => prepare(toCloudEvent(input), receiver)
      const prepared = await mapInTurns(inputs, 1, (input) => prepareOne(input).catch(toRefusedItem))
      // Events of one artifact are recorded in the order of the batch: the latest of them counts at a gate.
      const lastOf = new Map<string, Promise<unknown>>()
      const recorded = prepared.map(async (item): Promise<BatchResult> => {
        if (!('body' in item)) return item
        const artifact = nvrppKey(item.body.fields)
        const before = lastOf.get(artifact) ?? Promise.resolve()
        const result = before.then(() => recordOnce(item, call)).then((id) => ({ id }), toRefusedItem)
        lastOf.set(artifact, result)
        return result
      })
      const results = await Promise.all(recorded)
      assertAnyAllowed(results)
      return results
    },
  }
}
