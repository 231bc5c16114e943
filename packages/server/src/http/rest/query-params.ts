import { EprError, idSchema } from '@epr/model'
import { z } from 'zod'
import { parseInput } from '../../registry/input.js'
import type { Page } from '../../storage/page.js'

/** The most rows of a page. */
export const MAX_LIMIT = 1_000
const DEFAULT_LIMIT = 100

const timeParam = z.iso.datetime({
  offset: true,
  error: 'must be an RFC 3339 time, like 2026-11-01T00:00:00Z',
})

const limitParam = z
  .string()
  .regex(/^\d{1,4}$/, `must be a number from 1 to ${MAX_LIMIT}`)
  .transform(Number)
  .refine((limit) => limit >= 1 && limit <= MAX_LIMIT, `must be a number from 1 to ${MAX_LIMIT}`)
  .default(DEFAULT_LIMIT)

const pageParams = {
  limit: limitParam,
  after: idSchema.optional(),
  order: z.enum(['asc', 'desc'], 'must be asc or desc').default('desc'),
  created_after: timeParam.optional(),
  created_before: timeParam.optional(),
}

const definitionParams = {
  id: z.string().optional(),
  name: z.string().optional(),
  type: z.string().optional(),
  version: z.string().optional(),
}

/** The query of `GET /receivers` and `GET /groups`. */
export const definitionQuery = z.strictObject({ ...definitionParams, ...pageParams })

/** The query of `GET /events`. */
export const eventQuery = z.strictObject({
  id: z.string().optional(),
  name: z.string().optional(),
  version: z.string().optional(),
  release: z.string().optional(),
  platform_id: z.string().optional(),
  package: z.string().optional(),
  success: z
    .enum(['true', 'false'], 'must be true or false')
    .transform((text) => text === 'true')
    .optional(),
  event_receiver_id: z.string().optional(),
  ...pageParams,
})

/** The query of `GET /groups/{id}/status`; the fields themselves are checked by the gate. */
export const statusQuery = z.strictObject({
  name: z.string().optional(),
  version: z.string().optional(),
  release: z.string().optional(),
  platform_id: z.string().optional(),
  package: z.string().optional(),
})

/** The query of `GET /messages`. */
export const messageQuery = z.strictObject({
  after: z
    .union(
      [z.string().regex(/^\d{1,18}$/), z.literal('latest'), timeParam],
      'must be a cursor, "latest" or an RFC 3339 time',
    )
    .optional(),
  limit: limitParam,
  type: z.string().optional(),
})

/** The query of `POST /cloudevents`. */
export const cloudEventQuery = z.strictObject({
  receiver: z.string().min(1, 'must be the id of an event receiver').optional().meta({
    description: 'Id of the event receiver; the newest whose type is that of the event by default.',
  }),
})

/** A page's size that came as a number. @throws EprError INVALID_ARGUMENT when it is not 1 to 1000 */
export function parseLimit(limit: number): number {
  if (limit >= 1 && limit <= MAX_LIMIT) return limit
  throw new EprError('INVALID_ARGUMENT', `limit must be a number from 1 to ${MAX_LIMIT}`)
}

/**
 * Reads a query string.
 *
 * @throws EprError INVALID_ARGUMENT for an unknown parameter, one that is given twice, or a bad value
 */
export function parseQuery<Schema extends z.ZodType>(schema: Schema, search: string): z.output<Schema> {
  const query = new URLSearchParams(search)
  const names = [...query.keys()]
  const repeated = names.find((name, index) => names.indexOf(name) !== index)
  if (repeated !== undefined)
    throw new EprError('INVALID_ARGUMENT', `the parameter ${repeated} is given twice`)
  return parseInput(schema, Object.fromEntries(query))
}

/** What a list's query says, in two: which page of it, and which rows. */
export function splitQuery<Query extends Page>(query: Query) {
  const { limit, after, order, created_after, created_before, ...filter } = query
  return { page: { limit, after, order, created_after, created_before }, filter }
}
