import * as z from 'zod'
import { parseAnswer } from './http/answer.js'
import type { Features } from './http/http.js'
import type { Rest } from './http/rest.js'
import type { CallOptions } from './options.js'

/** The original answers with an object as JSON, in a JSON string. */
const nested = z.string().transform((text, context): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    context.addIssue('must be an object')
    return z.NEVER
  }
})

const statusFields = z.looseObject({
  service: z.string().optional(),
  version: z.string().optional(),
  /** `up` or `down`. */
  database: z.string().optional(),
  /** Whether this server is the one that publishes the messages. */
  leader: z.boolean().optional(),
  /** Seconds since it was started. */
  uptime_s: z.number().optional(),
})

const statusSchema = z.union([statusFields, nested.pipe(statusFields)])

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
