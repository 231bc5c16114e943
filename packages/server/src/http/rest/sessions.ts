import { EprError } from '@epr/model'
import * as z from 'zod'
import type { Exchange } from '../../access/exchange.js'
import type { DevicePoll, Logins } from '../../access/logins.js'
import type { Administration } from '../../registry/administration.js'
import { parseInput } from '../../registry/input.js'
import { readForm } from '../core/form.js'
import { parseJsonBody } from '../core/json-body.js'
import {
  API_PREFIX,
  defineRoute,
  type HttpRequest,
  type HttpResponse,
  type Route,
  toJsonResponse,
} from '../core/route.js'
import { READ_FAILURES, WRITE_FAILURES } from '../core/route-doc.js'

const GRANT = 'urn:ietf:params:oauth:grant-type:token-exchange'
const TOKEN_TYPE = 'urn:ietf:params:oauth:token-type:'
const ACCESS_TOKEN = `${TOKEN_TYPE}access_token`

/** RFC 8693, section 2.1; what else is sent does not count. */
const exchangeSchema = z
  .looseObject({
    grant_type: z.literal(GRANT),
    subject_token: z.string().min(1).meta({ description: 'The token of a CI job.' }),
    subject_token_type: z.enum([`${TOKEN_TYPE}jwt`, `${TOKEN_TYPE}id_token`]),
    requested_token_type: z.literal(ACCESS_TOKEN).optional(),
  })
  .meta({ id: 'TokenExchange' })

const begun = z
  .object({
    access_token: z.string().meta({ description: 'The session: shown this once, and sent as a key is.' }),
    issued_token_type: z.literal(ACCESS_TOKEN),
    token_type: z.literal('Bearer'),
    expires_in: z.int().meta({ description: 'Seconds.' }),
  })
  .meta({ id: 'Session' })

const time = z.string().meta({ format: 'date-time' })
const sessionEntry = z
  .object({
    id: z.string(),
    kind: z.string().meta({ description: 'By which it was begun: exchange, browser or device.' }),
    caller: z.string().meta({ description: 'Whose it is.' }),
    created_at: time,
    expires_at: time,
  })
  .meta({ id: 'SessionEntry' })

/** RFC 6749, section 5.1: nothing on the way keeps what only its receiver is to have. */
const NO_STORE = { 'cache-control': 'no-store', pragma: 'no-cache' }
/** What `error_description` may not hold (RFC 6749, section 5.2). */
const UNSAYABLE = /[^\x20\x21\x23-\x5b\x5d-\x7e]/g

function readFields({ headers, body }: HttpRequest): unknown {
  const isForm = headers['content-type']?.toLowerCase().startsWith('application/x-www-form-urlencoded')
  return isForm ? readForm(body) : parseJsonBody(body).value
}

const grantSchema = z.object({ grant_type: z.string() })
const isOtherGrant = (fields: unknown): boolean => {
  const { data } = grantSchema.safeParse(fields)
  return data !== undefined && data.grant_type !== GRANT
}

type OAuthCode = 'invalid_request' | 'unsupported_grant_type' | Extract<DevicePoll, string>

/** RFC 6749, section 5.2, of which `error` is a text; `errors` is as everywhere else. */
function toOAuthError(error: EprError, code: OAuthCode, requestId: string): HttpResponse {
  const body = {
    errors: error.details,
    error: code,
    error_description: error.message.replace(UNSAYABLE, "'"),
    request_id: requestId,
  }
  const headers = { 'content-type': 'application/json', ...NO_STORE }
  return { status: 400, headers, body: JSON.stringify(body), refused: [error] }
}

/** RFC 8693, section 2.2.2: one code for all that may be wrong with the token, also that no policy is for it. */
const IS_OF_TOKEN: readonly string[] = ['INVALID_ARGUMENT', 'UNAUTHENTICATED', 'PERMISSION_DENIED']

async function begin(exchange: Exchange, request: HttpRequest): Promise<HttpResponse> {
  let code: OAuthCode = 'invalid_request'
  try {
    const fields = readFields(request)
    if (isOtherGrant(fields)) code = 'unsupported_grant_type'
    const { subject_token } = parseInput(exchangeSchema, fields)
    const { text, lifeS } = await exchange(subject_token, request.from)
    const answer = {
      access_token: text,
      issued_token_type: ACCESS_TOKEN,
      token_type: 'Bearer',
      expires_in: lifeS,
    } satisfies z.output<typeof begun>
    return toJsonResponse(JSON.stringify(answer), NO_STORE)
  } catch (error) {
    if (error instanceof EprError && IS_OF_TOKEN.includes(error.code))
      return toOAuthError(error, code, request.call.requestId)
    throw error
  }
}

const DEVICE_GRANT = 'urn:ietf:params:oauth:grant-type:device_code'

/** RFC 8628, section 3.1. */
const deviceSchema = z
  .looseObject({
    client_id: z
      .string()
      .default('a program')
      .meta({ description: 'What asks: shown before anybody says yes.' }),
  })
  .meta({ id: 'DeviceLogin' })
const deviceAnswer = z
  .object({
    device_code: z.string(),
    user_code: z.string().meta({ description: 'To be typed by whoever has started the program.' }),
    verification_uri: z.string().meta({ description: 'Where it is typed.' }),
    expires_in: z.int().meta({ description: 'Seconds.' }),
    interval: z.int().meta({ description: 'Seconds to wait between two questions.' }),
  })
  .meta({ id: 'DeviceCode' })
const deviceTokenSchema = z
  .looseObject({ grant_type: z.literal(DEVICE_GRANT), device_code: z.string().min(1) })
  .meta({ id: 'DeviceToken' })
const deviceToken = z
  .object({
    access_token: z.string().meta({ description: 'The session: shown this once, and sent as a key is.' }),
    token_type: z.literal('Bearer'),
    expires_in: z.int().meta({ description: 'Seconds.' }),
  })
  .meta({ id: 'LoginSession' })

/** RFC 8628, section 3.5: words for people beside the codes for programs. */
const POLL_PROBLEMS = {
  authorization_pending: 'nobody has said yes yet',
  slow_down: 'ask less often',
  access_denied: 'somebody has said no',
  expired_token: 'nobody has said yes in time: begin again',
}

async function pollDevice(logins: Logins, request: HttpRequest): Promise<HttpResponse> {
  try {
    const { device_code } = parseInput(deviceTokenSchema, readFields(request))
    const polled = await logins.poll(device_code)
    if (typeof polled === 'string')
      return toOAuthError(
        new EprError('INVALID_ARGUMENT', POLL_PROBLEMS[polled]),
        polled,
        request.call.requestId,
      )
    const answer = {
      access_token: polled.text,
      token_type: 'Bearer',
      expires_in: Math.floor(polled.lifeMs / 1_000),
    } satisfies z.output<typeof deviceToken>
    return toJsonResponse(JSON.stringify(answer), NO_STORE)
  } catch (error) {
    if (error instanceof EprError && error.code === 'INVALID_ARGUMENT')
      return toOAuthError(error, 'invalid_request', request.call.requestId)
    throw error
  }
}

/** How programs without a browser are logged in (RFC 8628): by whoever says yes to them in one. */
export function deviceRoutes(logins: Logins, toPage: (request: HttpRequest) => string): Route[] {
  const tag = 'access'
  const failures = WRITE_FAILURES
  return [
    defineRoute(
      'post',
      `${API_PREFIX}/auth/device`,
      {
        summary: 'Ask to be logged in (RFC 8628): gives a code to be typed in a browser',
        tag,
        open: true,
        body: { 'application/x-www-form-urlencoded': deviceSchema, 'application/json': deviceSchema },
        answer: deviceAnswer,
        failures: [...failures, 503],
      },
      async (request) => {
        const { client_id } = parseInput(deviceSchema, request.body.length > 0 ? readFields(request) : {})
        const { deviceCode, userCode, lifeS, pollS } = await logins.ask(
          client_id,
          request.from.remoteAddress ?? '',
        )
        const answer = {
          device_code: deviceCode,
          user_code: userCode,
          verification_uri: toPage(request),
          expires_in: lifeS,
          interval: pollS,
        } satisfies z.output<typeof deviceAnswer>
        return toJsonResponse(JSON.stringify(answer), NO_STORE)
      },
    ),
    defineRoute(
      'post',
      `${API_PREFIX}/auth/device/token`,
      {
        summary: 'Ask whether somebody has said yes (RFC 8628)',
        description: 'Errors are those of RFC 8628, section 3.5, with `errors` beside them.',
        tag,
        open: true,
        body: {
          'application/x-www-form-urlencoded': deviceTokenSchema,
          'application/json': deviceTokenSchema,
        },
        answer: deviceToken,
        failures,
      },
      (request) => pollDevice(logins, request),
    ),
    defineRoute(
      'delete',
      `${API_PREFIX}/auth/session`,
      {
        summary: 'End the session that is sent',
        tag,
        answer: z.object({ data: z.null() }),
        failures: [...failures, 401],
      },
      async ({ call: { principal, requestId } }) => {
        await logins.end(principal, requestId)
        return toJsonResponse(JSON.stringify({ data: null }))
      },
    ),
  ]
}

/** Sessions: how they begin, and how admins end them. */
export function sessionRoutes(exchange: Exchange, administration: Administration): Route[] {
  const tag = 'access'
  return [
    defineRoute(
      'post',
      `${API_PREFIX}/auth/token`,
      {
        summary: 'Exchange the token of a CI job for a session of an hour (RFC 8693)',
        description:
          'The session is the same caller and may do the same. Errors are those of RFC 6749, section 5.2, with `errors` beside them.',
        tag,
        open: true,
        body: { 'application/x-www-form-urlencoded': exchangeSchema, 'application/json': exchangeSchema },
        answer: begun,
        failures: WRITE_FAILURES,
      },
      (request) => begin(exchange, request),
    ),
    defineRoute(
      'get',
      `${API_PREFIX}/sessions`,
      {
        summary: 'Sessions that are good, the newest first',
        tag,
        answer: z.object({ data: z.array(sessionEntry) }),
        failures: READ_FAILURES,
      },
      async ({ call }) => toJsonResponse(JSON.stringify({ data: await administration.listSessions(call) })),
    ),
    defineRoute(
      'delete',
      `${API_PREFIX}/sessions/:id`,
      {
        summary: 'End a session before its time',
        tag,
        answer: z.object({ data: z.null() }),
        failures: [...WRITE_FAILURES, 404],
      },
      async ({ params, call }) => {
        await administration.revokeSession(params.id, call)
        return toJsonResponse(JSON.stringify({ data: null }))
      },
    ),
  ]
}
