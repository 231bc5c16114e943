import {
  DELIVERY_BUCKETS,
  DELIVERY_METRICS,
  definitionFilterSchema,
  EprError,
  eventFilterSchema,
  feedViewSchema,
  idSchema,
  isCursor,
  MAX_PAGE_ROWS,
  MAX_USAGE_DAYS,
  messageKindSchema,
  type PageRequest,
  REFUSAL_LIMITS,
  readTime,
} from '@epr/model'
import * as z from 'zod'
import { parseInput } from '../../registry/input.js'

const DEFAULT_LIMIT = 100

/** A `+` that was not encoded has become a space, and nowhere else in a time is there one. */
const withPlus = (text: string): string => text.replace(/ (?=\d\d:\d\d$)/, '+')

const readTimeParam = (text: string): string | undefined => readTime(withPlus(text))

/** A text that is read to another one; `read` gives undefined for what is not good, and `problem` says what is. */
const readParam = (read: (text: string) => string | undefined, problem: string) =>
  z.string().transform((text, context) => {
    const value = read(text)
    if (value !== undefined) return value
    context.addIssue(problem)
    return z.NEVER
  })

/** Gives the moment in UTC. */
const timeParam = readParam(readTimeParam, 'must be an RFC 3339 time, like 2026-11-01T00:00:00Z').meta({
  format: 'date-time',
})

/** A whole number of rows, of which one page has so many at most. */
const rowsParam = z
  .string()
  .regex(/^\d{1,4}$/, `must be a number from 1 to ${MAX_PAGE_ROWS}`)
  .transform(Number)
  .refine((limit) => limit >= 1 && limit <= MAX_PAGE_ROWS, `must be a number from 1 to ${MAX_PAGE_ROWS}`)

const limitParam = rowsParam
  .default(DEFAULT_LIMIT)
  // What the page of the API asks for: rows carry whole schemas and payloads.
  .meta({ example: '10' })

const pageParams = {
  limit: limitParam,
  after: idSchema.optional().meta({
    description:
      'Behind this id, in the order that is asked for. An id begins with the time of the clock of its server, so that one who comes back with the greatest id that they know misses what was recorded after a clock was set back, or by a server whose clock is behind: follow the feed, `/messages`, which has the order of acceptance.',
  }),
  order: z.enum(['asc', 'desc'], 'must be asc or desc').default('desc').meta({
    description:
      "By id, which begins with the time of the server's clock: of what was recorded before a clock was set back, and after, the order is that of the clock. The feed has the order of acceptance.",
  }),
  created_after: timeParam.optional(),
  created_before: timeParam.optional(),
}

/** What a list is asked: its filter, as texts, and which page of it. */
function listQuery<Shape extends z.ZodRawShape>(filter: z.ZodObject<Shape>) {
  return z.strictObject({ ...filter.partial().shape, ...pageParams })
}

/** The query of `GET /receivers` and `GET /groups`. */
export const definitionQuery = listQuery(definitionFilterSchema)

const flagParam = z.enum(['true', 'false'], 'must be true or false').transform((text) => text === 'true')

/** The query of `GET /events`. */
export const eventQuery = listQuery(eventFilterSchema.extend({ success: flagParam }))

/** The query of `GET /groups/{id}/status`; the fields themselves are checked by the gate. */
export const statusQuery = z.strictObject(
  eventFilterSchema
    .pick({ name: true, version: true, release: true, platform_id: true, package: true })
    .partial().shape,
)

const nameParam = z
  .string()
  .min(1, 'must be a name, or the beginning of one and *')
  .meta({ description: 'Exact; with `*` at the end, what begins so.' })

const GATE_STATES = ['open', 'failed', 'missing'] as const
const isGateState = (text: string): text is (typeof GATE_STATES)[number] =>
  (GATE_STATES as readonly string[]).includes(text)

/** The query of `GET /groups/{id}/artifacts`. */
export const gateArtifactsQuery = z.strictObject({
  state: z
    .string()
    .transform((text) => text.split(','))
    .refine(
      (states) => states.every(isGateState),
      'must be open, failed or missing, or some of them with commas',
    )
    .transform((states) => states.filter(isGateState))
    .meta({ description: '`open`, `failed`, `missing`, or some of them with commas; all by default.' })
    .optional(),
  name: nameParam.optional(),
  order: z.enum(['recent', 'waiting'], 'must be recent or waiting').default('recent').meta({
    description:
      '`recent`: what has changed last first. `waiting`: what is not open, the one that waits the longest first.',
  }),
  superseded: flagParam.default(false),
  at: timeParam.meta({ format: 'date-time', description: 'The gate as it stood at that moment.' }).optional(),
  limit: rowsParam.default(50),
  after: z.string().meta({ description: 'The `next` of the page before.' }).optional(),
})

/** The query of `GET /artifacts`. */
export const artifactsQuery = z.strictObject({
  name: nameParam.optional(),
  version: z.string().min(1, 'must be a version').optional(),
  limit: rowsParam.default(50),
  after: z.string().meta({ description: 'The `next` of the page before.' }).optional(),
})

const deliveryParams = {
  from: timeParam.meta({ format: 'date-time', description: '90 days before `to` by default.' }).optional(),
  to: timeParam.meta({ format: 'date-time', description: 'Not included; now by default.' }).optional(),
  name: nameParam.optional(),
  environment: z.string().min(1, 'must be an environment').optional(),
}

/** The query of `GET /delivery`. */
export const deliveryQuery = z.strictObject({
  ...deliveryParams,
  bucket: z.enum(DELIVERY_BUCKETS, 'must be day, week or month').default('week'),
  time_zone: z
    .string()
    .max(64, 'must be the name of a time zone, like Europe/Berlin')
    .meta({ description: 'Where days begin, as the IANA calls it.' })
    .default('UTC'),
})

/** The query of `GET /delivery/events`. */
export const deliveryEventsQuery = z.strictObject({
  ...deliveryParams,
  metric: z.enum(DELIVERY_METRICS, `must be one of ${DELIVERY_METRICS.join(', ')}`),
  group: z.string().min(1, 'must be the id of a group').optional(),
  limit: rowsParam.default(50),
  after: z.string().meta({ description: 'The `next` of the page before.' }).optional(),
})

const idParam = (what: string) => z.string().min(1, `must be the id of ${what}`)

/** What messages are chosen by, the same for pages and streams. */
const messageFilter = z.strictObject({
  type: z.string().optional(),
  kind: z
    .enum(messageKindSchema.options, `must be one of ${messageKindSchema.options.join(', ')}`)
    .optional(),
  receiver: idParam('an event receiver')
    .meta({ description: 'Id of the receiver of its event, or of the one that the message is about.' })
    .optional(),
  group: idParam('a group').meta({ description: 'Id of the group that the message is about.' }).optional(),
  success: flagParam.optional(),
  name: nameParam.optional(),
})

/** The query of `GET /messages`. */
export const messageQuery = z.strictObject({
  after: readParam(
    (text) => (isCursor(text) || text === 'latest' ? text : readTimeParam(text)),
    'must be a cursor, "latest" or an RFC 3339 time',
  )
    .meta({
      description:
        'Behind a cursor, from a moment on, or `latest`; the oldest that is kept by default. A cursor ahead of the feed is waited for.',
    })
    .optional(),
  tail: rowsParam
    .meta({
      description:
        'Begin so many messages before the newest, whatever the filters let through of them; in place of `after`.',
    })
    .optional(),
  limit: rowsParam
    .meta({ example: '10', description: 'The most messages of a page; `tail` by default, else 100.' })
    .optional(),
  view: z.enum(feedViewSchema.options, 'must be full or summary').default('full').meta({
    description: '`summary` has no payloads and no schemas: some 400 bytes for each message.',
  }),
  ...messageFilter.shape,
})

/** What a query says of the feed: where to begin, how much to give, and which messages. */
export function splitMessageQuery({ after, tail, limit, view, ...filter }: z.output<typeof messageQuery>) {
  if (after !== undefined && tail !== undefined)
    throw new EprError('INVALID_ARGUMENT', 'after and tail both say where to begin: give one of them')
  return { after, tail, page: { view, limit: limit ?? tail ?? DEFAULT_LIMIT }, filter }
}

const MAX_HOURS = REFUSAL_LIMITS.days * 24
const hoursProblem = `must be a number of hours from 1 to ${MAX_HOURS}`

/** The query of `GET /receivers/{id}/refusals`. */
export const refusalsQuery = z.strictObject({
  hours: z
    .string()
    .regex(/^\d{1,3}$/, hoursProblem)
    .transform(Number)
    .refine((hours) => hours >= 1 && hours <= MAX_HOURS, hoursProblem)
    .default(24 * 7),
})

const daysProblem = `must be a number of days from 1 to ${MAX_USAGE_DAYS}`

const daysParam = z
  .string()
  .regex(/^\d{1,2}$/, daysProblem)
  .transform(Number)
  .refine((days) => days >= 1 && days <= MAX_USAGE_DAYS, daysProblem)
  .default(MAX_USAGE_DAYS)
  .meta({ description: 'So many days back, today among them.' })

/** The query of `GET /receivers/usage`. */
export const usageQuery = z.strictObject({
  days: daysParam,
  limit: rowsParam.default(100),
  after: idSchema.meta({ description: 'The `next` of the page before.' }).optional(),
})

/** The query of `GET /findings`. */
export const findingsQuery = z.strictObject({ days: daysParam })

/** The query of `GET /components`. */
export const componentsQuery = z.strictObject({
  q: z.string('must say which component: log4j-core@2.14.1, a package URL, a CPE or a hash').meta({
    example: 'log4j-core@2.14*',
    description:
      'Taken for a package URL (`pkg:`; without a version all of them, qualifiers as far as they are given), a CPE (2.2 or 2.3), a hash in hexadecimal (`sha256:` before it or not), or a name: `name`, `name*` for what begins so, `name@version`, `name@2.14*`, `name@<2.17.1` for a range as the ecosystem has it.',
  }),
  limit: rowsParam.default(50),
  after: z.string().meta({ description: 'The `next` of the page before.' }).optional(),
})

/** The query of `GET /search`. */
export const searchQuery = z.strictObject({
  q: z
    .string('must say what is looked for: an id, a name, name@version, pkg:type/name or component:name')
    .meta({
      example: 'shop@1.4.0',
      description:
        'Taken for the id of an event, a receiver or a group (a ULID, in any case); the package URL of artifacts and components (`pkg:`; without a version all of them); the fingerprint of a receiver or the hash of a component (64 hexadecimal digits, `sha256:` before them or not); the name and version of artifacts (`name@version`); a name, or how it begins, of artifacts; a part of the name or type of receivers and groups, in any case; a component as `/components` takes it (`component:`); a cursor of the feed; a moment in it (RFC 3339).',
    }),
})

/** The query of `POST /cloudevents`. */
export const cloudEventQuery = z.strictObject({
  receiver: z.string().min(1, 'must be the id of an event receiver').optional().meta({
    description: 'Id of the event receiver; the newest whose type is that of the event by default.',
  }),
})

/** A page's size that came as a number. @throws EprError INVALID_ARGUMENT when it is not 1 to 1000 */
export function parseLimit(limit: number): number {
  if (limit >= 1 && limit <= MAX_PAGE_ROWS) return limit
  throw new EprError('INVALID_ARGUMENT', `limit must be a number from 1 to ${MAX_PAGE_ROWS}`)
}

/**
 * Reads a query string.
 *
 * @throws EprError INVALID_ARGUMENT for an unknown parameter, one that is given twice, or a bad value
 */
export function parseQuery<Schema extends z.ZodType>(schema: Schema, search: string): z.output<Schema> {
  const query = readPairs(search)
  const names = query.map(([name]) => name)
  const repeated = names.find((name, index) => names.indexOf(name) !== index)
  if (repeated !== undefined)
    throw new EprError('INVALID_ARGUMENT', `the parameter ${repeated} is given twice`)
  return parseInput(schema, Object.fromEntries(query))
}

/** Names and values as forms have them (WHATWG URL, 5.1): a `+` is a space; a `%` begins an escape, and else is `%25`. */
function readPairs(search: string): [name: string, value: string][] {
  const pairs = search.split('&').filter((pair) => pair !== '')
  return pairs.map((pair) => {
    const at = pair.indexOf('=')
    const [name, value] = at < 0 ? [pair, ''] : [pair.slice(0, at), pair.slice(at + 1)]
    return [decodeForm(name), decodeForm(value)]
  })
}

/** Unlike URLSearchParams it changes nothing silently: what is not UTF-8 is refused. */
function decodeForm(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch (cause) {
    const problem = `${JSON.stringify(text)} in the query is not percent-encoded UTF-8: write a percent sign as %25`
    throw new EprError('INVALID_ARGUMENT', problem, { cause })
  }
}

/** What a list's query says, in two: which page of it, and which rows. */
export function splitQuery<Query extends PageRequest>(query: Query) {
  const { limit, after, order, created_after, created_before, ...filter } = query
  return { page: { limit, after, order, created_after, created_before }, filter }
}
