import { type ErrorCode, HTTP_STATUS, isRetryable } from '@epr/model'
import { EXIT, exitCodeOf } from '../../packages/cli/src/exit/exit-code.js'
import { code, table, toPage } from './markdown.js'

const MEANINGS: Readonly<Record<ErrorCode, string>> = {
  INVALID_ARGUMENT: 'What was sent is not valid; `details` names everything that is wrong.',
  PAYLOAD_MISMATCH: "The payload breaks its receiver's schema; `details` names every violation.",
  UNAUTHENTICATED: 'The server wants to know who asks, or what was sent is not a good key or token.',
  PERMISSION_DENIED:
    'The caller lacks the right, the host is not served here, or a page of another origin wants to write.',
  NOT_FOUND: 'Nothing has this id, or this path.',
  METHOD_NOT_ALLOWED: 'The path is there, but not for this method.',
  ALREADY_EXISTS:
    'The Idempotency-Key has been used with another body, or the source and id of a CloudEvent for another one.',
  GONE: 'Messages behind the cursor are no longer kept; the oldest cursor is named.',
  PAYLOAD_TOO_LARGE: 'The body is larger than `--max-body-bytes`.',
  UNSUPPORTED_MEDIA_TYPE: 'The content-encoding is not supported, or a CloudEvent was expected.',
  RATE_LIMITED:
    'Too many payloads wait to be validated, or too many credentials from this address were not good: one that is good is never refused so.',
  INTERNAL: 'A fault of the server, which has logged the cause with the request id.',
  UNAVAILABLE: 'The server, its database or the broker does not answer.',
  TIMEOUT: 'It took longer than it may.',
}

const EXITS: Readonly<Record<keyof typeof EXIT, string>> = {
  ok: 'done',
  failed: 'it failed',
  usage: 'the command line or what it names is wrong',
  notFound: 'nothing has this id',
  auth: 'not allowed',
  tryAgain: 'the same may work later',
  gateFailed: '`group status`: the latest event of a receiver is a failure',
  gateMissing: '`group status`: a receiver has no event for the artifact',
  gateTimedOut: '`group status --wait`: the gate has not opened in time',
  differs: '`receiver check --against`: stored payloads break the schema',
  problemsFound: '`doctor`: something is to be looked after',
  notRecorded: '`run --strict`: nothing was recorded',
}

const codes = Object.keys(HTTP_STATUS) as ErrorCode[]

/** One table over the codes, one over the exit codes. */
export function errorsPage(): string {
  return toPage('Errors', [
    `REST answers a failure with \`{"errors": ["…"], "error": {"code", "message", "details", "request_id"}}\`: \`errors\` is
for people, \`error.code\` for programs. GraphQL has \`message\`, and in \`extensions\` \`code\`, \`request_id\` and,
where they say more than the message, \`details\`. The client throws an \`ApiError\` with that
\`code\`. What may be tried again has \`Retry-After\`, and the client does so by itself.`,
    table(
      ['code', 'HTTP', 'try again', 'exit of epr-cli', ''],
      codes.map((each) => [
        code(each),
        String(HTTP_STATUS[each]),
        isRetryable(each) ? 'yes' : '',
        String(exitCodeOf(each)),
        MEANINGS[each],
      ]),
    ),
    '## Exit codes of epr-cli',
    table(
      ['code', ''],
      Object.entries(EXIT).map(([name, number]) => [String(number), EXITS[name as keyof typeof EXIT]]),
    ),
    '`epr-cli run` exits as the command does that it runs, but for 125.',
  ])
}
