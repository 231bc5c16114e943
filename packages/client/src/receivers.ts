import {
  type DefinitionFilter,
  type EventReceiver,
  type EventReceiverInput,
  eventReceiverSchema,
  type ReceiverField,
  resolveName,
  SEARCHED,
} from '@epr/model'
import type { CallOptions, CreateOptions, ReadOptions } from './options.js'
import { createSearch, type Services } from './search.js'
import type { FindAllOptions, SearchOptions } from './search-options.js'

/** What a receiver is made of. */
export interface NewReceiver extends EventReceiverInput {
  /** The JSON Schema that payloads must satisfy: an object or a boolean, or `JsonText` to send a text as it stands. */
  schema: unknown
}

/** Exact matches, all of those given; null and undefined say nothing. */
export type ReceiverFilter = DefinitionFilter

/** Event receivers: `client.receivers`. */
export interface Receivers {
  /** Gives the id. @throws ApiError INVALID_ARGUMENT for blank fields or an invalid schema */
  create(receiver: NewReceiver, options?: CreateOptions): Promise<string>
  /** @throws ApiError NOT_FOUND */
  get(id: string, options?: ReadOptions): Promise<EventReceiver>
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

export function createReceivers(services: Services): Receivers {
  const { rest } = services
  const search = createSearch(SEARCHED.receiver, services)
  return {
    create: (receiver, options) => rest.create('/receivers', receiver, options),
    get: (id, options) => rest.get('/receivers', id, eventReceiverSchema, options),
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
