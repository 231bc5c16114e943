import {
  EprError,
  eventReceiverInputSchema,
  fingerprint,
  MESSAGE_TYPES,
  type Page,
  toJsonText,
} from '@epr/model'
import type { PayloadSchemas } from '@epr/payload-schema'
import type { Actors } from '../access/actors.js'
import { assertMay } from '../access/rights.js'
import type { Call } from '../call.js'
import { insertAct } from '../storage/access.js'
import type { Definitions } from '../storage/definition-cache.js'
import { insertKey } from '../storage/idempotency-keys.js'
import type { Databases } from '../storage/open-database.js'
import { insertMessage } from '../storage/outbox.js'
import {
  insertReceiver,
  type ReceiverSearch,
  type StoredReceiver,
  selectReceivers,
} from '../storage/receivers.js'
import type { Idempotency } from './idempotency.js'
import type { Identity } from './identity.js'
import { type JsonInput, parseInput } from './input.js'
import { notFound } from './not-found.js'

export interface Receivers {
  /**
   * @param fields the body, without its schema
   * @param schema JSON Schema, an object or a boolean
   * @throws EprError INVALID_ARGUMENT for blank fields and for a missing or invalid schema
   */
  create(fields: unknown, schema: JsonInput | undefined, call: Call): Promise<string>
  /** @throws EprError NOT_FOUND */
  get(id: string, call: Call): Promise<StoredReceiver>
  find(search: ReceiverSearch, call: Call): Promise<Page<StoredReceiver>>
}

export interface ReceiversOptions {
  databases: Pick<Databases, 'recording' | 'reading'>
  definitions: Definitions
  payloadSchemas: PayloadSchemas
  idempotency: Idempotency
  actors: Actors
  nextIdentity: () => Identity
  /** Called after messages have been committed. */
  onMessages: () => void
}

function assertSchema(schema: JsonInput | undefined): asserts schema is JsonInput {
  const value = schema?.value
  if (typeof value === 'boolean' || (typeof value === 'object' && value !== null && !Array.isArray(value)))
    return
  const problem =
    schema === undefined ? 'schema is required' : 'schema must be a JSON Schema: an object or a boolean'
  throw new EprError('INVALID_ARGUMENT', problem)
}

export function createReceivers(options: ReceiversOptions): Receivers {
  const { databases, definitions, payloadSchemas, idempotency, actors } = options

  async function prepare(
    fields: unknown,
    schema: JsonInput | undefined,
    { principal }: Call,
  ): Promise<StoredReceiver> {
    const input = parseInput(eventReceiverInputSchema, fields)
    assertMay(principal, { verb: 'define', type: input.type })
    assertSchema(schema)
    await payloadSchemas.check(schema.text)
    return {
      ...options.nextIdentity(),
      ...input,
      schema: toJsonText(schema.text),
      fingerprint: fingerprint(input),
    }
  }

  return {
    create: (fields, schema, call) =>
      idempotency.once(call, async (toClaim) => {
        const receiver = await prepare(fields, schema, call)
        const actor_id = await actors.idOf(call.principal)
        await databases.recording.transaction(async (connection) => {
          if (toClaim) await insertKey(connection, toClaim(receiver.id))
          await insertReceiver(connection, receiver)
          await insertMessage(connection, {
            kind: 'receiver',
            type: MESSAGE_TYPES.receiverCreated,
            event_receiver_id: receiver.id,
            actor_id,
          })
          const { schema: _, ...after } = receiver
          await insertAct(connection, {
            actor: call.principal.id,
            act: 'receiver.create',
            object: receiver.id,
            after,
            request_id: call.requestId,
          })
        })
        options.onMessages()
        return receiver.id
      }),
    async get(id, { principal }) {
      assertMay(principal, { verb: 'read' })
      const receiver = await definitions.findReceiver(id)
      if (!receiver) throw notFound('event receiver', id)
      return receiver
    },
    async find(search, { principal }) {
      assertMay(principal, { verb: 'read' })
      return selectReceivers(databases.reading, search)
    },
  }
}
