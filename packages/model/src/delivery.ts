import * as z from 'zod'
import { answerField, timeField } from './field.js'
import { indexedSchema } from './gate-artifacts.js'
import { nvrppSchema } from './nvrpp.js'

const typePattern = z
  .string()
  .min(1, 'must be a type of receivers, or the beginning of one and *')
  .max(255, 'must have at most 255 characters')
/** What is said of a part that is missing or no list: where it stands, and how to have all of them. */
const like = (example: string) => `must be like ${example}: GET /delivery/rules has the ones that hold`
const types = z.array(typePattern, like('["shop.deployed"]')).max(100, 'must be at most 100 types')
const pointer = z
  .string()
  .regex(/^(\/[^/]*)+$/, 'must be a JSON pointer, like /subject/content/environment/id')
  .max(255, 'must have at most 255 characters')
const pointers = z.array(pointer, like('["/environment"]')).max(10, 'must be at most 10 pointers')

/**
 * What counts as what, by the types of receivers; a type that ends in `*` is how one begins. A receiver that several speak of
 * is the first of them: deployment, failure, restored, change.
 */
export const deliveryRulesSchema = z.strictObject({
  /** Events that say when a change was merged. Of artifacts without one their first event counts. */
  change: types,
  /** Deployments; those that went wrong are failures. */
  deployment: types.min(1, 'must name a type: without one nothing is a deployment'),
  failure: types,
  /** The end of an incident. */
  restored: types,
  /** Where an event's payload says which environment it is of, the first pointer that finds a text (RFC 6901). */
  environment: z.strictObject(
    { pointers, default: z.string().min(1).max(200) },
    like('{"pointers": ["/environment"], "default": "production"}'),
  ),
  /** Which of the failures and their ends are of incidents, and where the payload says of which. */
  incident: z.strictObject({ types, pointers }, like('{"types": [], "pointers": []}')),
})
/** What {@link deliveryRulesSchema} describes. */
export type DeliveryRules = z.infer<typeof deliveryRulesSchema>

/** Rules as they are kept: none is ever changed, the one of the highest version holds. */
export const keptDeliveryRulesSchema = z.object({
  version: z.int(),
  created_at: timeField,
  /** Who wrote them; null of those that come with EPR. */
  actor: answerField.nullable(),
  rules: deliveryRulesSchema,
})
/** What {@link keptDeliveryRulesSchema} describes. */
export type KeptDeliveryRules = z.infer<typeof keptDeliveryRulesSchema>

/** Spans of time, in milliseconds; medians between two are halfway. Null when there is none. */
const spans = {
  n: z.int(),
  median_ms: z.number().nullable(),
  p90_ms: z.number().nullable(),
}

export const deliveryNumbersSchema = z.object({
  /** Successful ones; an artifact that is deployed again where it was deployed last counts once. Null: no data. */
  deployments: z.int().nullable(),
  /** From the change to the first deployment of its artifact to an environment. */
  lead_time: z.object({
    ...spans,
    /** Of how many an event says when their change was merged; of the others it is the artifact's first event. */
    merged: z.int(),
  }),
  /** Deployments after which something failed, each failure counted for the one before it alone. */
  change_failures: z.object({
    failed: z.int(),
    /** Of all deployments; null without any. */
    rate: z.number().nullable(),
  }),
  /** From a failure to its end. */
  restore: z.object({
    ...spans,
    /** Those that have not ended. */
    open: z.int(),
    /** Failures before which nothing was deployed: no deployment is at fault. */
    unattributed: z.int(),
  }),
})
/** What {@link deliveryNumbersSchema} describes. */
export type DeliveryNumbers = z.infer<typeof deliveryNumbersSchema>

export const DELIVERY_BUCKETS = ['day', 'week', 'month'] as const
export const DELIVERY_METRICS = ['deployments', 'lead_time', 'change_failures', 'restore', 'waiting'] as const
export type DeliveryMetric = (typeof DELIVERY_METRICS)[number]

/** The answer of `GET /delivery`. */
export const deliverySchema = z.object({
  from: timeField,
  /** Not included. */
  to: timeField,
  bucket: z.enum(DELIVERY_BUCKETS),
  time_zone: answerField,
  total: deliveryNumbersSchema,
  /** By days, weeks (from Monday) or months of that time zone, the first one first. */
  buckets: z.array(z.object({ start: timeField, ...deliveryNumbersSchema.shape })),
  /** How long what was deployed had waited at gates: from its first event there until the gate was open. */
  waiting: z.array(
    z.object({
      group_id: answerField,
      group_name: answerField,
      group_version: answerField,
      ...spans,
      /** Deployed although the gate had never been open. */
      never_open: z.int(),
    }),
  ),
  /** Where was deployed to, most often first. */
  environments: z.array(z.object({ environment: answerField, deployments: z.int() })),
  /** Why there is nothing to say; null when there is. */
  no_data: answerField.nullable(),
  /** What it was computed by. */
  rules: keptDeliveryRulesSchema,
  /** The feed's cursor that this is as of. */
  cursor: answerField,
  history: indexedSchema,
})
/** What {@link deliverySchema} describes. */
export type Delivery = z.infer<typeof deliverySchema>

/** An event that a number was made of. */
export const deliveryEventSchema = z.object({
  event_id: answerField,
  time: timeField,
  ...nvrppSchema.shape,
  environment: answerField,
  /** The span that it stands for; null when it has not ended, and of mere deployments. */
  ms: z.number().nullable(),
  /** Of a lead time the change, of a failed change its first failure, of a failure what has ended it. */
  other_event_id: answerField.nullable(),
  other_time: timeField.nullable(),
  /** Of waiting, at which gate. */
  group_id: answerField.nullable(),
})
/** What {@link deliveryEventSchema} describes. */
export type DeliveryEvent = z.infer<typeof deliveryEventSchema>

/** The answer of `GET /delivery/events`. */
export const deliveryEventsSchema = z.object({
  data: z.array(deliveryEventSchema),
  /** Where the next page begins (`after`); null when there is none. */
  next: answerField.nullable(),
})
/** What {@link deliveryEventsSchema} describes. */
export type DeliveryEvents = z.infer<typeof deliveryEventsSchema>
