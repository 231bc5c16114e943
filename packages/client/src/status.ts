import * as z from 'zod'
import { parseAnswer } from './http/answer.js'
import type { Features } from './http/http.js'
import type { Rest } from './http/rest.js'
import type { CallOptions } from './options.js'

const statusFields = z.looseObject({
  /** Its name; the original says `{name, version, release}`, whose name and version these are then. */
  service: z.string().optional(),
  version: z.string().optional(),
  /** `up` or `down`. */
  database: z.string().optional(),
  /** Whether this server is the one that publishes the messages. */
  leader: z.boolean().optional(),
  /** Seconds since it was started. */
  uptime_s: z.number().optional(),
})

/**
 * The original answers with an object as JSON, in a JSON string, and its `service` is an object `{name, version, release}`. What
 * it is not stays as it is, to be refused.
 */
function flatten(value: unknown): unknown {
  if (typeof value === 'string') return flatten(parseObject(value))
  const status = ofOriginal.safeParse(value)
  if (!status.success) return value
  const { service, ...others } = status.data
  return {
    ...others,
    service: service.name,
    ...(service.version !== undefined && { version: service.version }),
  }
}

function parseObject(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'string' ? undefined : value
  } catch {
    return undefined
  }
}

const ofOriginal = z.looseObject({
  service: z.looseObject({ name: z.string(), version: z.string().optional() }),
})
const statusSchema = z.preprocess(flatten, statusFields)

/** What a server says of itself, as it says it; every field may be missing. */
export type ServerStatus = z.infer<typeof statusFields> & {
  /** What the server can do beside the original's API. */
  features: string[]
}

export async function getStatus(
  rest: Rest,
  features: Features,
  options?: CallOptions,
): Promise<ServerStatus> {
  const answer = await rest.call('GET', '/healthz/status', undefined, options)
  return { ...parseAnswer(statusSchema, answer.json, answer), features: features.list() }
}
