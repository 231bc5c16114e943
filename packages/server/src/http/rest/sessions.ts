import { EprError } from '@epr/model'
import * as z from 'zod'
import type { Exchange } from '../../access/exchange.js'
import type { Administration } from '../../registry/administration.js'
import { parseInput } from '../../registry/input.js'
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
    kind: z.string().meta({ description: 'By which it was begun: exchange.' }),
    caller: z.string().meta({ description: 'Whose it is.' }),
    created_at: time,
    expires_at: time,
  })
  .meta({ id: 'SessionEntry' })

/** RFC 6749, section 5.1: nothing on the way keeps what only its receiver is to have. */
const NO_STORE = { 'cache-control': 'no-store', pragma: 'no-cache' }
/** What `error_description` may not hold (RFC 6749, section 5.2). */
const UNSAYABLE = /[^\x20\x21\x23-\x5b\x5d-\x7e]/g

function readForm(body: Buffer): Record<string, string> {
  const fields = [...new URLSearchParams(body.toString('utf8'))]
  const names = fields.map(([name]) => name)
  const twice = names.find((name, index) => names.indexOf(name) !== index)
  if (twice !== undefined)
    throw new EprError('INVALID_ARGUMENT', `${JSON.stringify(twice)} is sent twice: send it once`)
  return Object.fromEntries(fields)
}

function readFields({ headers, body }: HttpRequest): unknown {
  const isForm = headers['content-type']?.toLowerCase().startsWith('application/x-www-form-urlencoded')
  return isForm ? readForm(body) : parseJsonBody(body).value
}

const grantSchema = z.object({ grant_type: z.string() })
const isOtherGrant = (fields: unknown): boolean => {
  const { data } = grantSchema.safeParse(fields)
  return data !== undefined && data.grant_type !== GRANT
}

type OAuthCode = 'invalid_request' | 'unsupported_grant_type'

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
