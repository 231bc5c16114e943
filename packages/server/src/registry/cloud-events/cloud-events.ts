import { createHash } from 'node:crypto'
import { type BatchResult, EprError, memberText, nvrppKey } from '@epr/model'
import { equalityKey } from '@epr/payload-schema'
import type { Call, Once } from '../../call.js'
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

const sha256 = (...texts: string[]): Buffer => {
  const hash = createHash('sha256')
  for (const text of texts) hash.update(text)
  return hash.digest()
}

/**
 * What a CloudEvent says: which artifact, how it went, its type and its data as a JSON value. Not how it came here: tracing
 * attributes, the content mode and white space are others' business.
 */
function toContents({ input: { value, text }, body }: Prepared): string[] {
  const { success, ...nvrpp } = body.fields
  const head = JSON.stringify([nvrppKey(nvrpp), success, value.type])
  const data = DATA.flatMap((name) => {
    const member = memberText(text, name)
    return member === undefined ? [] : [`${name}:`, equalityKey(member)]
  })
  return [head, ...data]
}

const DATA = ['data', 'data_base64']

/** Source and id are a CloudEvent's identity (1.0.2, section 3.1); each receiver that is named has its own copy. */
function toOnce(prepared: Prepared, receiver: string | undefined): Once {
  const { source, id } = prepared.input.value
  const scope = ['cloudevents', source, id, receiver ?? '']
  return {
    scope,
    digest: sha256(...toContents(prepared)),
    // The same identity was the same event, whatever else it said.
    formerDigest: sha256(JSON.stringify(scope)),
    conflict: CONFLICT,
  }
}

const CONFLICT =
  'a CloudEvent of this source and id has been recorded that says something else (artifact, success, type or data): give this one an id of its own'

export function createCloudEvents({ events, findReceiver, mappers }: CloudEventsOptions): CloudEvents {
  async function receiverOf({ type }: CloudEvent): Promise<string> {
    const newest = await findReceiver(type)
    if (newest !== undefined) return newest
    const problem = `type: there is no event receiver of the type ${JSON.stringify(type)}`
    throw new EprError('INVALID_ARGUMENT', `${problem}: create one, or name one with ?receiver=<id>`)
  }

  async function prepare(input: CloudEventInput, receiver: string | undefined): Promise<Prepared> {
    return { input, body: toEventBody(input, receiver ?? (await receiverOf(input.value)), mappers) }
  }

  function recordOnce(prepared: Prepared, receiver: string | undefined, call: Call): Promise<string> {
    return events.create(prepared.body, { ...call, once: toOnce(prepared, receiver) })
  }

  return {
    record: async (input, receiver, call) => recordOnce(await prepare(input, receiver), receiver, call),
    async recordMany(inputs, receiver, call) {
      const prepared = await Promise.all(
        inputs
          .map(async (input) => prepare(toCloudEvent(input), receiver))
          .map((item) => item.catch(toRefusedItem)),
      )
      // Events of one artifact are recorded in the order of the batch: the latest of them counts at a gate.
      const lastOf = new Map<string, Promise<unknown>>()
      const recorded = prepared.map(async (item): Promise<BatchResult> => {
        if (!('body' in item)) return item
        const artifact = nvrppKey(item.body.fields)
        const before = lastOf.get(artifact) ?? Promise.resolve()
        const result = before
          .then(() => recordOnce(item, receiver, call))
          .then((id) => ({ id }), toRefusedItem)
        lastOf.set(artifact, result)
        return result
      })
      const results = await Promise.all(recorded)
      assertAnyAllowed(results)
      return results
    },
  }
}
