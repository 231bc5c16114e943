import { EprError } from '@epr/model'
import * as z from 'zod'
import { ApiError, ResponseError } from '../errors.js'
import { toApiError } from './api-error.js'
import { parseExactJson } from './exact-json.js'
import type { HttpAnswer } from './http.js'
import type { Redact } from './secrets.js'

/** An answer whose body was JSON, without an error. */
export interface JsonAnswer extends HttpAnswer {
  json: unknown
}

const requestIdOf = ({ headers }: HttpAnswer): string | undefined => headers.get('x-request-id') ?? undefined

export function toResponseError(answer: HttpAnswer, problem: string, details?: string[]): ResponseError {
  return new ResponseError(problem, {
    status: answer.status,
    requestId: requestIdOf(answer),
    ...(details && { details }),
  })
}

function parse(text: string, exact: boolean): { json: unknown } | undefined {
  try {
    return { json: exact ? parseExactJson(text) : JSON.parse(text) }
  } catch {
    return undefined
  }
}

const failureSchema = z.object({ errors: z.array(z.unknown()).min(1) })

/** Reads JSON whose status is no error. @throws ApiError, or ResponseError for what is not JSON */
export function readJson(answer: HttpAnswer, redact: Redact, exact = false): JsonAnswer {
  const { status, text } = answer
  if (status >= 400) throw toApiError(answer, parse(text, false)?.json, redact)
  if (status < 200 || status >= 300) {
    const hint = 'redirects are not followed: set url to where the server is'
    throw toResponseError(answer, `the server answered ${status || 'a redirect'}; ${hint}`)
  }
  const parsed = parse(text, exact)
  if (!parsed) throw toResponseError(answer, 'the answer is not JSON: is this the URL of an EPR server?')
  return { ...answer, ...parsed }
}

/** Reads an answer of REST. The original may answer 200 with `errors`. */
export function readRest(answer: HttpAnswer, redact: Redact, exact = false): JsonAnswer {
  const read = readJson(answer, redact, exact)
  if (failureSchema.safeParse(read.json).success) throw toApiError(answer, read.json, redact)
  return read
}

/** What an answer must look like. Fields that are not known are dropped. @throws ResponseError */
export function parseAnswer<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  answer: HttpAnswer,
): z.output<Schema> {
  const result = schema.safeParse(value)
  if (result.success) return result.data
  const details = result.error.issues.map(({ path, message }) => `${path.join('.') || 'it'}: ${message}`)
  throw toResponseError(answer, `the answer is none of EPR: ${details[0]}`, details)
}

const oneSchema = z.object({ data: z.unknown().refine((data) => data !== undefined, 'is missing') })
const idAnswer = z.union([z.string().min(1), z.object({ id: z.string().min(1) }).transform(({ id }) => id)])

/** The one thing in `data`, which is an array of one or the thing itself; undefined for none. */
function onlyOne(answer: JsonAnswer): unknown {
  const { data } = parseAnswer(oneSchema, answer.json, answer)
  return Array.isArray(data) ? data[0] : data
}

/** The object that was asked for by its id. @throws ApiError NOT_FOUND when there is none */
export function toObject<Schema extends z.ZodType>(schema: Schema, answer: JsonAnswer): z.output<Schema> {
  const data = onlyOne(answer)
  if (data === undefined || data === null) {
    throw new ApiError('NOT_FOUND', 'the server knows no object of this id', {
      status: answer.status,
      requestId: requestIdOf(answer),
    })
  }
  return parseAnswer(schema, data, answer)
}

/** The id of what was created. */
export function toId(answer: JsonAnswer): string {
  return parseAnswer(idAnswer, onlyOne(answer), answer)
}

/** An id as a part of a path. @throws EprError INVALID_ARGUMENT for one that would lead elsewhere */
export function toSegment(id: string): string {
  if (typeof id !== 'string' || id === '' || id === '.' || id === '..') {
    throw new EprError('INVALID_ARGUMENT', 'the id must not be blank, "." or ".."')
  }
  return encodeURIComponent(id)
}
