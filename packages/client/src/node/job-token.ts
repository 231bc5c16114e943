import { EprError } from '@epr/model'
import type { TokenSource } from '../options.js'
import { sleep } from '../retry/sleep.js'
import { environmentDispatcher } from './dispatcher.js'

type Environment = Readonly<Record<string, string | undefined>>

/** Asks a CI for a token of its job. @param audience whom it is for */
type Ask = (audience: string) => Promise<string>

const TIMEOUT_MS = 10_000
const ATTEMPTS = 3
const PAUSE_MS = 500
/** How long before its end a token is taken for over: clocks differ, and requests take a while. */
const EARLY_MS = 30_000
/** How long a token is given that does not say when it is over. */
const UNSAID_MS = 60_000

const refuse = (ci: string, why: string): EprError =>
  new EprError('UNAUTHENTICATED', `${ci} gives no token for this job: ${why}`)

/** What went wrong, without what was sent: it may stand in the text of a library. */
const reasonOf = (error: unknown): string => {
  const { cause, code, name } = error as { cause?: { code?: unknown }; code?: unknown; name?: string }
  return String(cause?.code ?? code ?? name)
}

async function readValue(response: Response): Promise<string> {
  const body = (await response.json().catch(() => undefined)) as { value?: unknown } | undefined
  if (typeof body?.value === 'string' && body.value !== '') return body.value
  throw refuse('GitHub Actions', 'its answer has none')
}

/** https://docs.github.com/en/actions/reference/security/oidc#methods-for-requesting-the-oidc-token */
function ofGithub(env: Environment): Ask | undefined {
  const { ACTIONS_ID_TOKEN_REQUEST_URL: url, ACTIONS_ID_TOKEN_REQUEST_TOKEN: secret } = env
  if (!url || !secret) return undefined
  return async (audience) => {
    const address = new URL(url)
    address.searchParams.set('audience', audience)
    const dispatcher = await environmentDispatcher(url, env)
    let why = ''
    for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
      try {
        const response = await fetch(address, {
          headers: { accept: 'application/json', authorization: `Bearer ${secret}` },
          redirect: 'error',
          signal: AbortSignal.timeout(TIMEOUT_MS),
          ...(dispatcher && { dispatcher: dispatcher as NonNullable<RequestInit['dispatcher']> }),
        })
        if (response.ok) return await readValue(response)
        await response.body?.cancel()
        why = `it answers ${response.status}`
        if (response.status < 500) break
      } catch (error) {
        if (error instanceof EprError) throw error
        why = reasonOf(error)
      }
      await sleep(attempt * PAUSE_MS)
    }
    throw refuse('GitHub Actions', why)
  }
}

/** What no other customer can have, and a token of Buildkite says only when it is asked to. */
const BUILDKITE_CLAIMS = 'organization_id,pipeline_id'

/** https://buildkite.com/docs/agent/cli/reference/oidc: what it is asked with stands in the environment. */
function ofBuildkite(env: Environment): Ask | undefined {
  if (!env.BUILDKITE_AGENT_ACCESS_TOKEN) return undefined
  return async (audience) => {
    const { execFile } = await import('node:child_process')
    return new Promise((resolve, reject) => {
      const args = ['oidc', 'request-token', '--audience', audience, '--claim', BUILDKITE_CLAIMS]
      execFile(
        'buildkite-agent',
        args,
        { env: env as NodeJS.ProcessEnv, timeout: TIMEOUT_MS },
        (error, stdout) => {
          const token = stdout.trim()
          if (error || token === '')
            reject(refuse('buildkite-agent', error ? `it ends with ${reasonOf(error)}` : 'it prints none'))
          else resolve(token)
        },
      )
    })
  }
}

/** https://docs.gitlab.com/ci/secrets/id_token_authentication/: a job names its tokens itself. */
const ofGitlab = ({ EPR_ID_TOKEN: token }: Environment): Ask | undefined =>
  token ? async () => token : undefined

/** https://circleci.com/docs/openid-connect-tokens/ */
const ofCircleci = ({ CIRCLE_OIDC_TOKEN_V2: token }: Environment): Ask | undefined =>
  token ? async () => token : undefined

/** In milliseconds since 1970, as its payload says (RFC 7519, section 4.1.4); whether that is true is the server's to say. */
function endOf(token: string): number {
  try {
    const payload = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as object
    if ('exp' in payload && typeof payload.exp === 'number') return payload.exp * 1_000
  } catch {
    // As below.
  }
  return Date.now() + UNSAID_MS + EARLY_MS
}

/** Asks when there is no token, or it is nearly over; those who need it at once share one. */
function remember(ask: () => Promise<string>): TokenSource {
  let held: Promise<string> | undefined
  let isGoodUntil = Number.NEGATIVE_INFINITY

  function askAnew(): Promise<string> {
    const asked = ask()
    held = asked
    isGoodUntil = Number.POSITIVE_INFINITY
    asked.then(
      (token) => {
        isGoodUntil = endOf(token) - EARLY_MS
      },
      () => {
        held = undefined
      },
    )
    return asked
  }

  return {
    isDetected: true,
    get: () => (held && Date.now() < isGoodUntil ? held : askAnew()),
    renew: askAnew,
  }
}

/**
 * The token of the CI job that this process is a part of: of GitHub Actions, GitLab (`EPR_ID_TOKEN`), Buildkite or CircleCI. It is asked
 * for when it is needed, for the origin of `url` as its audience, so that no other server has any use for it.
 *
 * @returns undefined where nothing says that this is a job, and for a URL that has a password
 */
export function jobToken(url: string, env: Environment): TokenSource | undefined {
  if (!URL.canParse(url) || new URL(url).username !== '' || new URL(url).password !== '') return undefined
  const ask = ofGithub(env) ?? ofGitlab(env) ?? ofBuildkite(env) ?? ofCircleci(env)
  if (!ask) return undefined
  return remember(() => ask(new URL(url).origin))
}
