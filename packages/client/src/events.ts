import {
  type Event,
  type EventField,
  type EventFilter,
  type eventInputSchema,
  eventSchema,
  type JsonText,
  SEARCHED,
} from '@epr/model'
import type { z } from 'zod'
import type { CreateResult } from './batches.js'
import { type CloudEventLike, type CloudEventOptions, createFromCloudEvent } from './cloud-events.js'
import { type CreateManyOptions, createMany } from './create-many.js'
import type { CreateOptions, ReadOptions } from './options.js'
import { createSearch, type Services } from './search.js'
import type { FindAllOptions, SearchOptions } from './search-options.js'

/** What an event is made of. `success` absent is false. */
export type NewEvent = z.input<typeof eventInputSchema> & {
  /** Any JSON value that satisfies the receiver's schema, or `JsonText` to send a text as it stands. */
  payload: unknown
}

/** Events: `client.events`. */
export interface Events {
  /** Gives the id. @throws ApiError INVALID_ARGUMENT, PAYLOAD_MISMATCH (details name every violation), PAYLOAD_TOO_LARGE */
  create(event: NewEvent, options?: CreateOptions): Promise<string>
  /**
   * Creates one after the other, in their order, with few requests: up to 1000 in one. Each event has a result,
   * at its own place. One that the server refuses stops no other; a server that cannot be reached, or that
   * refuses the caller, stops the rest, whose results then say so.
   *
   * Rejects only by its signal; `onProgress` has reported by then what is done.
   */
  createMany(events: readonly NewEvent[], options?: CreateManyOptions): Promise<CreateResult[]>
  /**
   * Records a CloudEvent, which becomes the payload; give its text as `JsonText` to keep it as it stands. Gives
   * the id, for the same source and id the same one within 24 hours. Needs our server.
   *
   * @throws ApiError INVALID_ARGUMENT that names the attribute that is missing or wrong, PAYLOAD_MISMATCH
   */
  createFromCloudEvent<Attributes extends CloudEventLike>(
    cloudEvent: Attributes | JsonText,
    options?: CloudEventOptions,
  ): Promise<string>
  /** The event with its receiver. @throws ApiError NOT_FOUND */
  get(id: string, options?: ReadOptions): Promise<Event>
  /** All that match, fetched with as many requests as it takes. @throws EprError INVALID_ARGUMENT for unknown names */
  find<const Field extends EventField = EventField>(
    filter: EventFilter,
    options?: SearchOptions<Field>,
  ): Promise<Pick<Event, Field>[]>
  /** The same, fetched as they are read. */
  findAll<const Field extends EventField = EventField>(
    filter: EventFilter,
    options?: FindAllOptions<Field>,
  ): AsyncGenerator<Pick<Event, Field>, void, undefined>
}

export function createEvents(services: Services): Events {
  const { rest } = services
  const search = createSearch(SEARCHED.event, services)
  return {
    create: (event, options) => rest.create('/events', event, options),
    createMany: (events, options = {}) => createMany(events, services, options),
    createFromCloudEvent: (cloudEvent, options) => createFromCloudEvent(services, cloudEvent, options),
    get: (id, options) => rest.get('/events', id, eventSchema, options),
    find: search.find as Events['find'],
    findAll: search.findAll as Events['findAll'],
  }
}
