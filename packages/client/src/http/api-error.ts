import { codeOfStatus, type ErrorCode, HTTP_STATUS } from '@epr/model'
import * as z from 'zod'
import { ApiError } from '../errors.js'
import type { HttpAnswer } from './http.js'
import type { Redact } from './secrets.js'

const CODES = Object.keys(HTTP_STATUS) as ErrorCode[]

const codeSchema = z.enum(CODES).optional().catch(undefined)
const textSchema = z.string().optional().catch(undefined)
const textsSchema = z.array(z.string()).catch([])

/** What our server says of an error beside its texts. Whatever is nonsense counts as not said. */
export const errorSchema = z.object({
  code: codeSchema,
  message: textSchema,
  details: textsSchema,
  request_id: textSchema,
})

/** All that servers say of an error; the original says `errors` only. */
const restErrorSchema = z.object({
  errors: textsSchema,
  error: z.union([z.string(), errorSchema]).optional().catch(undefined),
})

const graphqlErrorSchema = z.object({
  message: z.string().catch('unknown error'),
  extensions: errorSchema.optional().catch(undefined),
})

/** `Retry-After` in milliseconds: seconds, or a date (RFC 9110, section 10.2.3). */
export function retryAfterMs(headers: Headers, now: number): number | undefined {
  const header = headers.get('retry-after')?.trim()
  if (!header) return undefined
  const ms = /^\d+$/.test(header) ? Number(header) * 1_000 : Date.parse(header) - now
  return Number.isNaN(ms) ? undefined : Math.max(0, ms)
}

type ErrorBody = z.infer<typeof errorSchema>

function build(
  answer: HttpAnswer,
  texts: string[],
  body: Partial<ErrorBody>,
  redact: Redact,
  oauthCode?: string,
): ApiError {
  const { status, headers } = answer
  const details = body.details?.length ? body.details : texts
  const message = body.message ?? (details.join('; ') || `the server answered ${status}`)
  return new ApiError(body.code ?? codeOfStatus(status), redact(message), {
    status,
    ...(details.length > 0 && { details: details.map(redact) }),
    requestId: body.request_id ?? headers.get('x-request-id') ?? undefined,
    retryAfterMs: retryAfterMs(headers, Date.now()),
    oauthCode,
  })
}

/** The error in an answer of REST. A body without one leaves the status to speak. */
export function toApiError(answer: HttpAnswer, json: unknown, redact: Redact): ApiError {
  const { errors, error } = restErrorSchema.catch({ errors: [], error: undefined }).parse(json)
  return typeof error === 'string'
    ? build(answer, errors, {}, redact, error)
    : build(answer, errors, error ?? {}, redact)
}

/** The error in the `errors` of a GraphQL answer: the first one's code, all their texts. */
export function toGraphqlError(answer: HttpAnswer, errors: readonly unknown[], redact: Redact): ApiError {
  const problems = errors.map((error) => graphqlErrorSchema.catch({ message: 'unknown error' }).parse(error))
  const texts = problems.map(({ message }) => message)
  const first = problems[0]?.extensions
  const code = first?.code ?? (answer.status >= 400 ? codeOfStatus(answer.status) : 'INVALID_ARGUMENT')
  const details = problems.length === 1 && first?.details.length ? first.details : texts
  return build(answer, texts, { ...first, code, message: texts.join('; '), details }, redact)
}
