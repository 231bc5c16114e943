import {
  batchAnswerSchema,
  eventInputSchema,
  eventReceiverGroupInputSchema,
  eventReceiverGroupPatchSchema,
  eventReceiverGroupSchema,
  eventReceiverInputSchema,
  eventReceiverSchema,
  eventSchema,
  feedEntrySchema,
  gateStatusSchema,
  idAnswerSchema,
  MAX_BATCH_EVENTS,
  messageSchema,
} from '@epr/model'
import * as z from 'zod'
import {
  cloudEventQuery,
  definitionQuery,
  eventQuery,
  messageQuery,
  statusQuery,
} from '../rest/query-params.js'

export const TAGS = {
  receivers: 'What events must look like.',
  groups: 'Gates over receivers.',
  events: 'What happened to artifacts.',
  cloudevents: 'Events of others, as CloudEvents 1.0.',
  messages: 'What the world is told.',
  graphql: 'The same registry in GraphQL.',
  operations: 'For whoever runs the server.',
}

/** What a route takes and gives; the statuses of failures that a client can bring about. */
export interface RouteDoc {
  summary: string
  tag: keyof typeof TAGS
  query?: z.ZodObject
  /** One, or several by their media types. @default JSON */
  body?: z.ZodType | Readonly<Record<string, z.ZodType>>
  headers?: z.ZodObject
  idempotent?: true
  /** Absent when the answer has no body. */
  answer?: z.ZodType
  contentType?: string
  failures: readonly number[]
}

const json = z.unknown().meta({ description: 'Any JSON value; kept exactly as it was sent.' })
const schemaField = z
  .union([z.record(z.string(), z.unknown()), z.boolean()])
  .meta({ description: 'JSON Schema: draft-04, -06, -07 (the default), 2019-09 or 2020-12, by its $schema.' })
const newEvent = eventInputSchema.extend({ payload: json }).meta({ id: 'NewEvent' })
const newReceiver = eventReceiverInputSchema.extend({ schema: schemaField }).meta({ id: 'NewEventReceiver' })
const newGroup = eventReceiverGroupInputSchema.meta({ id: 'NewEventReceiverGroup' })
const receiver = eventReceiverSchema.extend({ schema: schemaField }).meta({ id: 'EventReceiver' })
const group = eventReceiverGroupSchema.meta({ id: 'EventReceiverGroup' })
const event = eventSchema
  .extend({ payload: json, EventReceiver: receiver.optional() })
  .meta({ id: 'Event', description: 'An event got by id carries its receiver; lists leave it out.' })
const message = messageSchema.meta({ id: 'Message' })

const many = (item: z.ZodType) => z.object({ data: z.array(item) })
const time = z.string().meta({ format: 'date-time' })
const status = gateStatusSchema.meta({ id: 'EventReceiverGroupStatus' })
const feedPage = z.object({
  data: z.array(feedEntrySchema.required().extend({ time, message })),
  next: z.string().meta({ description: 'What to pass as `after` next, also when there is nothing.' }),
})
const graphqlRequest = z.object({
  query: z.string(),
  variables: z.record(z.string(), z.unknown()).nullish(),
  operationName: z.string().nullish(),
})
const graphqlAnswer = z.object({
  data: z.record(z.string(), z.unknown()).nullish(),
  errors: z.array(z.object({ message: z.string() })).optional(),
  extensions: z.object({ truncated: z.record(z.string(), z.string()) }).optional(),
})
const cloudEvent = z
  .looseObject({
    specversion: z.literal('1.0'),
    id: z.string(),
    source: z.string().meta({ format: 'uri-reference' }),
    type: z.string(),
    subject: z.string().optional().meta({ description: 'A package URL names the artifact.' }),
    data: z.unknown(),
    eprname: z.string().optional(),
    eprversion: z.string().optional(),
    eprrelease: z.string().optional(),
    eprplatformid: z.string().optional(),
    eprpackage: z.string().optional(),
    eprsuccess: z.boolean().optional().meta({ default: true }),
  })
  .meta({ id: 'CloudEvent', description: 'CloudEvents 1.0 in the JSON format; it becomes the payload.' })
export const failure = z
  .object({
    errors: z.array(z.string()),
    error: z.object({
      code: z.string(),
      message: z.string(),
      details: z.array(z.string()),
      request_id: z.string(),
    }),
  })
  .meta({ id: 'Failure', description: '`errors` is for people, `error.code` for programs.' })
const health = z.object({ status: z.string() }).meta({ id: 'Health' })
const text = z.string()

/** Every request may name a host that is not served, and every body may be too large or oddly compressed. */
const READ = [403]
const WRITE = [400, 403, 413, 415]

/** What the document says of each route, by method and path. */
export const ROUTE_DOCS: Readonly<Record<string, RouteDoc>> = {
  'post /receivers': {
    summary: 'Create an event receiver',
    tag: 'receivers',
    body: newReceiver,
    idempotent: true,
    answer: idAnswerSchema,
    failures: [...WRITE, 409],
  },
  'get /receivers': {
    summary: 'Search event receivers',
    tag: 'receivers',
    query: definitionQuery,
    answer: many(receiver),
    failures: [...READ, 400],
  },
  'get /receivers/:id': {
    summary: 'Get an event receiver',
    tag: 'receivers',
    answer: many(receiver),
    failures: [...READ, 404],
  },
  'post /groups': {
    summary: 'Create an event receiver group',
    tag: 'groups',
    body: newGroup,
    idempotent: true,
    answer: idAnswerSchema,
    failures: [...WRITE, 409],
  },
  'get /groups': {
    summary: 'Search event receiver groups',
    tag: 'groups',
    query: definitionQuery,
    answer: many(group),
    failures: [...READ, 400],
  },
  'get /groups/:id': {
    summary: 'Get an event receiver group',
    tag: 'groups',
    answer: many(group),
    failures: [...READ, 404],
  },
  'patch /groups/:id': {
    summary: 'Enable or disable a group',
    tag: 'groups',
    body: eventReceiverGroupPatchSchema,
    answer: idAnswerSchema,
    failures: [...WRITE, 404],
  },
  'get /groups/:id/status': {
    summary: 'Where an artifact stands at a gate',
    tag: 'groups',
    query: statusQuery,
    answer: many(status),
    failures: [...READ, 400, 404],
  },
  'post /events': {
    summary: 'Record an event',
    tag: 'events',
    body: newEvent,
    idempotent: true,
    answer: idAnswerSchema,
    failures: [...WRITE, 409],
  },
  'post /events/batch': {
    summary: 'Record 1 to 1000 events, each by itself',
    tag: 'events',
    body: z.array(newEvent).min(1).max(MAX_BATCH_EVENTS),
    idempotent: true,
    answer: batchAnswerSchema,
    failures: [...WRITE, 409],
  },
  'get /events': {
    summary: 'Search events',
    tag: 'events',
    query: eventQuery,
    answer: many(event),
    failures: [...READ, 400],
  },
  'get /events/:id': {
    summary: 'Get an event with its receiver',
    tag: 'events',
    answer: many(event),
    failures: [...READ, 404],
  },
  'post /cloudevents': {
    summary: 'Record a CloudEvent, or a batch of 1 to 1000, each by itself; source and id are recorded once',
    tag: 'cloudevents',
    query: cloudEventQuery,
    headers: z.object({
      'ce-id': z.string().optional().meta({ description: 'Binary mode: an attribute, as all headers ce-….' }),
    }),
    body: {
      'application/cloudevents+json': cloudEvent,
      'application/cloudevents-batch+json': z.array(cloudEvent).min(1).max(MAX_BATCH_EVENTS),
      'application/json': json.meta({ description: 'Binary mode: the data; of any media type.' }),
    },
    answer: z.union([idAnswerSchema, batchAnswerSchema]),
    failures: WRITE,
  },
  'options /cloudevents': {
    summary: 'Ask whether CloudEvents may be delivered here (HTTP 1.1 Web Hooks for Event Delivery)',
    tag: 'cloudevents',
    headers: z.object({ 'WebHook-Request-Origin': z.string() }),
    failures: [...READ, 400],
  },
  'get /messages': {
    summary: 'The feed of messages, as a page or (Accept: text/event-stream) as Server-Sent Events',
    tag: 'messages',
    query: messageQuery,
    answer: feedPage,
    failures: [...READ, 400, 410],
  },
  'post /graphql/query': {
    summary: 'GraphQL',
    tag: 'graphql',
    body: graphqlRequest,
    answer: graphqlAnswer,
    failures: WRITE,
  },
  'get /graphql': {
    summary: 'A GraphQL page for the browser',
    tag: 'graphql',
    answer: text,
    contentType: 'text/html',
    failures: READ,
  },
  'get /graphql/assets/:name': {
    summary: 'A file of the GraphQL page',
    tag: 'graphql',
    answer: text,
    contentType: 'text/javascript',
    failures: [...READ, 404],
  },
  'get /openapi': {
    summary: 'This document',
    tag: 'operations',
    answer: z.record(z.string(), z.unknown()),
    failures: READ,
  },
  'get /docs': {
    summary: 'This document as a page for the browser',
    tag: 'operations',
    answer: text,
    contentType: 'text/html',
    failures: READ,
  },
  'get /docs/assets/:name': {
    summary: 'A file of that page',
    tag: 'operations',
    answer: text,
    contentType: 'text/javascript',
    failures: [...READ, 404],
  },
  'get /healthz/liveness': {
    summary: 'Whether the process lives',
    tag: 'operations',
    answer: health,
    failures: READ,
  },
  'get /healthz/readiness': {
    summary: 'Whether the database answers',
    tag: 'operations',
    answer: health,
    failures: [...READ, 503],
  },
  'get /healthz/status': {
    summary: 'Version, database, leadership and relay',
    tag: 'operations',
    answer: z.record(z.string(), z.unknown()),
    failures: READ,
  },
  'get /metrics': {
    summary: 'Metrics for Prometheus',
    tag: 'operations',
    answer: text,
    contentType: 'text/plain',
    failures: READ,
  },
}
