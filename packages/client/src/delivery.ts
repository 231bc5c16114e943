import {
  type Delivery,
  type DeliveryEvent,
  type DeliveryEvents,
  type DeliveryMetric,
  type DeliveryRules,
  deliveryEventsSchema,
  deliverySchema,
  type KeptDeliveryRules,
  keptDeliveryRulesSchema,
} from '@epr/model'
import * as z from 'zod'
import { parseAnswer, toObject } from './http/answer.js'
import { toJsonBody } from './http/json-body.js'
import { toParams } from './http/params.js'
import { API_PREFIX, type Rest } from './http/rest.js'
import type { CallOptions } from './options.js'

/** Which deliveries are asked about. */
export interface DeliveryQuery {
  /** RFC 3339. @default 90 days before `to` */
  from?: string | undefined
  /** RFC 3339, not included. @default now */
  to?: string | undefined
  /** A name; with `*` at its end, how it begins. @default all */
  name?: string | undefined
  /** @default all, each for itself */
  environment?: string | undefined
}

export interface DeliveryMeasureQuery extends DeliveryQuery {
  /** @default week */
  bucket?: Delivery['bucket'] | undefined
  /** Where days begin, as the IANA calls it: `Europe/Berlin`. @default UTC */
  time_zone?: string | undefined
}

export interface DeliveryEventsQuery extends DeliveryQuery {
  /** Id of a group: what has waited at this gate, of the metric `waiting`. @default all gates */
  group?: string | undefined
  /** 1 to 1000. @default 50 */
  limit?: number | undefined
  /** The `next` of the page before. */
  after?: string | undefined
}

/** How well is delivered: `client.delivery`. */
export interface DeliveryCalls {
  /** @throws ApiError INVALID_ARGUMENT; UNAVAILABLE while the server makes such answers for the first time */
  measure(query?: DeliveryMeasureQuery, options?: CallOptions): Promise<Delivery>
  /** A page of the events that a number was made of, the last one first. @throws ApiError INVALID_ARGUMENT */
  events(metric: DeliveryMetric, query?: DeliveryEventsQuery, options?: CallOptions): Promise<DeliveryEvents>
  /** All there are, fetched as they are read. */
  eventsAll(
    metric: DeliveryMetric,
    query?: Omit<DeliveryEventsQuery, 'after'>,
    options?: CallOptions,
  ): AsyncGenerator<DeliveryEvent, void, undefined>
  /** What counts as a deployment, a failure, its end, a change; the newest first: it holds. */
  rules(options?: CallOptions): Promise<KeptDeliveryRules[]>
  /**
   * Adds rules, by which all is computed anew.
   *
   * @throws ApiError INVALID_ARGUMENT, also for types that no receiver has; PERMISSION_DENIED but for admins
   */
  setRules(rules: DeliveryRules, options?: CallOptions): Promise<KeptDeliveryRules>
}

const rulesSchema = z.object({ data: z.array(keptDeliveryRulesSchema) })

export function createDelivery(rest: Rest): DeliveryCalls {
  async function events(metric: DeliveryMetric, query: DeliveryEventsQuery = {}, options?: CallOptions) {
    const path = `${API_PREFIX}/delivery/events?${toParams({ metric, ...query })}`
    const answer = await rest.call('GET', path, undefined, options)
    return parseAnswer(deliveryEventsSchema, answer.json, answer)
  }

  return {
    async measure(query = {}, options) {
      const path = `${API_PREFIX}/delivery?${toParams(query)}`
      return toObject(deliverySchema, await rest.call('GET', path, undefined, options))
    },
    events,
    async *eventsAll(metric, query = {}, options) {
      let after: string | null = null
      do {
        const page: DeliveryEvents = await events(
          metric,
          { ...query, ...(after !== null && { after }) },
          options,
        )
        yield* page.data
        after = page.next
      } while (after !== null)
    },
    async rules(options) {
      const answer = await rest.call('GET', `${API_PREFIX}/delivery/rules`, undefined, options)
      return parseAnswer(rulesSchema, answer.json, answer).data
    },
    setRules: async (rules, options) =>
      toObject(
        keptDeliveryRulesSchema,
        await rest.call('PUT', `${API_PREFIX}/delivery/rules`, toJsonBody(rules), options),
      ),
  }
}
