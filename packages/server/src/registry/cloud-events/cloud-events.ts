import { createHash } from 'node:crypto'
import { type BatchResult, EprError, type Nvrpp, nvrppKey } from '@epr/model'
import type { Call } from '../../call.js'
import { type EventBody, type Events, toRefusedItem } from '../events.js'
import type { Receivers } from '../receivers.js'
import {
  type CloudEvent,
  type CloudEventInput,
  type CloudEventMapper,
  type MaybeCloudEvent,
  toCloudEvent,
} from './cloud-event.js'
import { toEventBody } from './event-of-cloud-event.js'

export interface CloudEventsOptions {
  events: Pick<Events, 'create'>
  receivers: Pick<Receivers, 'find'>
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
  body: EventBody
}

/** Source and id are a CloudEvent's identity (1.0.2, section 3.1); each receiver that is named has its own copy. */
function toScope({ value }: CloudEventInput, receiver: string | undefined): string[] {
  return ['cloudevents', value.source, value.id, receiver ?? '']
}

export function createCloudEvents({ events, receivers, mappers }: CloudEventsOptions): CloudEvents {
  async function findReceiver({ type }: CloudEvent, call: Call): Promise<string> {
    const page = { limit: 1, order: 'desc' } as const
    const { rows } = await receivers.find({ filter: { type }, page, fields: ['id'] }, call)
    const [newest] = rows
    if (newest) return newest.id
    const problem = `type: there is no event receiver of the type ${JSON.stringify(type)}`
    throw new EprError('INVALID_ARGUMENT', `${problem}: create one, or name one with ?receiver=<id>`)
  }

  async function prepare(
    input: CloudEventInput,
    receiver: string | undefined,
    call: Call,
  ): Promise<Prepared> {
    return { input, body: toEventBody(input, receiver ?? (await findReceiver(input.value, call)), mappers) }
  }

  function recordOnce({ input, body }: Prepared, receiver: string | undefined, call: Call): Promise<string> {
    const scope = toScope(input, receiver)
    // The same identity is the same event, whatever else it says.
    const digest = createHash('sha256').update(JSON.stringify(scope)).digest()
    return events.create(body, { ...call, once: { scope, digest } })
  }

  return {
    record: async (input, receiver, call) => recordOnce(await prepare(input, receiver, call), receiver, call),
    async recordMany(inputs, receiver, call) {
      const prepared = await Promise.all(
        inputs
          .map(async (input) => prepare(toCloudEvent(input), receiver, call))
          .map((item) => item.catch(toRefusedItem)),
      )
      // Events of one artifact are recorded in the order of the batch: the latest of them counts at a gate.
      const lastOf = new Map<string, Promise<unknown>>()
      const results = prepared.map(async (item): Promise<BatchResult> => {
        if (!('body' in item)) return item
        const artifact = nvrppKey(item.body.fields as Nvrpp)
        const before = lastOf.get(artifact) ?? Promise.resolve()
        const result = before
          .then(() => recordOnce(item, receiver, call))
          .then((id) => ({ id }), toRefusedItem)
        lastOf.set(artifact, result)
        return result
      })
      return Promise.all(results)
    },
  }
}
