import {
  type DefinitionFilter,
  type EventReceiver,
  type EventReceiverInput,
  eventReceiverSchema,
  type PayloadCheck,
  payloadCheckSchema,
  type ReceiverField,
  type ReceiversUsage,
  type ReceiverUsage,
  type Refusals,
  receiversUsageSchema,
  refusalsSchema,
  resolveName,
  type SchemaCheck,
  SEARCHED,
  schemaCheckSchema,
} from '@epr/model'
import { parseAnswer, toObject, toSegment } from './http/answer.js'
import { toJsonBody } from './http/json-body.js'
import { toParams } from './http/params.js'
import { API_PREFIX } from './http/rest.js'
import type { CallOptions, CreateOptions, ReadOptions } from './options.js'
import { createSearch, type Services } from './search.js'
import type { FindAllOptions, SearchOptions } from './search-options.js'

/** What a receiver is made of. */
export interface NewReceiver extends EventReceiverInput {
  /** The JSON Schema that payloads must satisfy: an object or a boolean, or `JsonText` to send a text as it stands. */
  schema: unknown
}

/** A schema that is tried, and what on. */
export interface SchemaTrial {
  /** An object or a boolean, or `JsonText` to send a text as it stands. */
  schema: unknown
  /** Payloads, or `JsonText`: 100 at most. */
  samples?: readonly unknown[] | undefined
  /** The newest payloads that a receiver has got: 1 to 500, within 8 MiB. @default last 500 */
  against?: { event_receiver_id: string; last?: number | undefined } | undefined
}

/** Exact matches, all of those given; null and undefined say nothing. */
export type ReceiverFilter = DefinitionFilter

/** Event receivers: `client.receivers`. */
export interface Receivers {
  /** Gives the id. @throws ApiError INVALID_ARGUMENT for blank fields or an invalid schema */
  create(receiver: NewReceiver, options?: CreateOptions): Promise<string>
  /** @throws ApiError NOT_FOUND */
  get(id: string, options?: ReadOptions): Promise<EventReceiver>
  /**
   * Tries a schema before a receiver is made of it, which never changes: what is wrong with it, and which payloads break it.
   *
   * @throws ApiError NOT_FOUND for an unknown receiver; RATE_LIMITED when too many schemas wait to be tried
   */
  check(trial: SchemaTrial, options?: CallOptions): Promise<SchemaCheck>
  /** Whether a receiver would take a payload, and what is wrong with it. @throws ApiError NOT_FOUND */
  checkPayload(id: string, payload: unknown, options?: CallOptions): Promise<PayloadCheck>
  /**
   * Where payloads broke the receiver's schema, and how often, by hours back: 1 to 720.
   *
   * @throws ApiError NOT_FOUND
   */
  refusals(id: string, options?: CallOptions & { hours?: number | undefined }): Promise<Refusals>
  /**
   * What receivers get and refuse, and who waits for it: all of them, the newest first.
   *
   * @throws ApiError UNAVAILABLE while the server makes such answers for the first time
   */
  usage(options?: CallOptions & { days?: number | undefined }): Promise<ReceiverUsage[]>
  /** All that match, fetched with as many requests as it takes. @throws EprError INVALID_ARGUMENT for unknown names */
  find<const Field extends ReceiverField = ReceiverField>(
    filter: ReceiverFilter,
    options?: SearchOptions<Field>,
  ): Promise<Pick<EventReceiver, Field>[]>
  /** The same, fetched as they are read. */
  findAll<const Field extends ReceiverField = ReceiverField>(
    filter: ReceiverFilter,
    options?: FindAllOptions<Field>,
  ): AsyncGenerator<Pick<EventReceiver, Field>, void, undefined>
  /**
   * The id of the only event receiver that is called so: `name`, or `name@version`. An id stands for itself.
   *
   * @throws EprError NOT_FOUND; INVALID_ARGUMENT when several are called so, whose details name them
   */
  resolve(name: string, options?: CallOptions): Promise<string>
}

const USAGE_PAGE = 500

export function createReceivers(services: Services): Receivers {
  const { rest } = services
  const search = createSearch(SEARCHED.receiver, services)
  return {
    create: (receiver, options) => rest.create('/receivers', receiver, options),
    get: (id, options) => rest.get('/receivers', id, eventReceiverSchema, options),
    check: async (trial, options) =>
      toObject(
        schemaCheckSchema,
        await rest.call('POST', `${API_PREFIX}/receivers/check`, toJsonBody(trial), options),
      ),
    checkPayload: async (id, payload, options) => {
      const path = `${API_PREFIX}/receivers/${toSegment(id)}/check`
      return toObject(payloadCheckSchema, await rest.call('POST', path, toJsonBody({ payload }), options))
    },
    async refusals(id, { hours, ...options } = {}) {
      const query = hours === undefined ? '' : `?hours=${hours}`
      const path = `${API_PREFIX}/receivers/${toSegment(id)}/refusals${query}`
      return toObject(refusalsSchema, await rest.call('GET', path, undefined, options))
    },
    async usage({ days, ...options } = {}) {
      const found: ReceiverUsage[] = []
      let after: string | null = null
      do {
        const params = toParams({ days, limit: USAGE_PAGE, after: after ?? undefined })
        const answer = await rest.call('GET', `${API_PREFIX}/receivers/usage?${params}`, undefined, options)
        const page: ReceiversUsage = parseAnswer(receiversUsageSchema, answer.json, answer)
        found.push(...page.data)
        after = page.next
      } while (after !== null)
      return found
    },
    find: search.find as Receivers['find'],
    findAll: search.findAll as Receivers['findAll'],
    resolve: (name, options) =>
      resolveName(
        'event receiver',
        name,
        (filter) =>
          search.find(filter, { ...options, fields: ['id', 'name', 'version'] }) as Promise<
            Pick<EventReceiver, 'id' | 'name' | 'version'>[]
          >,
      ),
  }
}
