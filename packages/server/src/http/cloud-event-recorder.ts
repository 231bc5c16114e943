import { EprError, type Nvrpp, nvrppKey } from '@epr/model'
import { type BatchResult, type EventBody, toBatchFailure } from '../registry/events.js'
import type { Registry } from '../registry/registry.js'
import type { CloudEvent, CloudEventInput, CloudEventMapper } from './cloud-event.js'
import { toEventBody } from './cloud-event-body.js'
import { type BatchElement, toCloudEvent } from './cloud-event-request.js'
import type { Idempotency } from './idempotency.js'
import { idAnswer } from './rest-answers.js'

export interface CloudEventOptions {
  registry: Pick<Registry, 'events' | 'receivers'>
  idempotency: Idempotency
  /** Asked in their order; the first that knows an event counts. */
  mappers: readonly CloudEventMapper[]
}

/** Records CloudEvents. `receiver` is an id; without it the newest receiver of the event's type counts. */
export interface CloudEventRecorder {
  /** Gives the body of the 200. @throws EprError INVALID_ARGUMENT that names the attribute, PAYLOAD_MISMATCH */
  record(input: CloudEventInput, receiver: string | undefined): Promise<string>
  /**
   * Records those of many that are good; the others say why not.
   *
   * @throws EprError for what none of them is to blame for. Sent again, those that are recorded stay one event
   */
  recordMany(elements: readonly BatchElement[], receiver: string | undefined): Promise<BatchResult[]>
}

interface Prepared {
  input: CloudEventInput
  body: EventBody
}

const toResult = (answer: string): BatchResult => ({ id: (JSON.parse(answer) as { data: string }).data })

export function createCloudEventRecorder(options: CloudEventOptions): CloudEventRecorder {
  const { registry, idempotency, mappers } = options
  const { events, receivers } = registry

  async function findReceiver({ type }: CloudEvent): Promise<string> {
    const { rows } = await receivers.find({ type }, { limit: 1, order: 'desc' }, ['id'])
    const [newest] = rows
    if (newest) return newest.id
    const problem = `type: there is no event receiver of the type ${JSON.stringify(type)}`
    throw new EprError('INVALID_ARGUMENT', `${problem}: create one, or name one with ?receiver=<id>`)
  }

  async function prepare(input: CloudEventInput, receiver: string | undefined): Promise<Prepared> {
    return { input, body: toEventBody(input, receiver ?? (await findReceiver(input.value)), mappers) }
  }

  /** Source and id are a CloudEvent's identity (1.0.2, section 3.1); each receiver that is named has its own copy. */
  function recordOnce({ input, body }: Prepared, receiver: string | undefined): Promise<string> {
    const { source, id } = input.value
    return idempotency.once(['cloudevents', source, id, receiver ?? ''], async (toKeyClaim) =>
      idAnswer(await events.create(body, (eventId) => toKeyClaim(idAnswer(eventId)))),
    )
  }

  return {
    record: async (input, receiver) => recordOnce(await prepare(input, receiver), receiver),
    async recordMany(elements, receiver) {
      const prepared = await Promise.all(
        elements
          .map(async (element) => prepare(toCloudEvent(element), receiver))
          .map((item) => item.catch(toBatchFailure)),
      )
      // Events of one artifact are recorded in the order of the batch: the latest of them counts at a gate.
      const lanes = new Map<string, Promise<unknown>>()
      const results = prepared.map(async (item): Promise<BatchResult> => {
        if ('errors' in item) return item
        const lane = nvrppKey(item.body.fields as Nvrpp)
        const result = (lanes.get(lane) ?? Promise.resolve()).then(() => recordOnce(item, receiver))
        const settled = result.then(toResult, toBatchFailure)
        lanes.set(lane, settled)
        return settled
      })
      return Promise.all(results)
    },
  }
}
