import { EprError } from '@epr/model'
import * as z from 'zod'
import type { Access } from '../../access/access.js'
import { AccessError } from '../../access/access-error.js'
import type { Logins } from '../../access/logins.js'
import type { Principal } from '../../access/principal.js'
import type { Provider } from '../../access/provider.js'
import { readUserCode } from '../../access/user-code.js'
import { readForm } from '../core/form.js'
import { defineRoute, type HttpRequest, type HttpResponse, type Route } from '../core/route.js'
import { READ_FAILURES, WRITE_FAILURES } from '../core/route-doc.js'
import type { Cookies } from './cookies.js'
import { type Html, html, problemOf, toPage } from './pages.js'

export interface LoginOptions {
  access: Access
  logins: Logins
  /** None: people log in with keys. */
  provider: Provider | undefined
  cookies: Cookies
  originOf: OriginOf
}

/** Where a request's sender reaches the server. */
export type OriginOf = (request: HttpRequest) => string

/** As it was said, else as it was asked for: the Host guard has let in no name but ours. */
export const createOriginOf =
  ({ publicUrl, tlsCert }: { publicUrl?: string | undefined; tlsCert?: string | undefined }): OriginOf =>
  ({ headers }) =>
    publicUrl ?? `${tlsCert === undefined ? 'http' : 'https'}://${headers.host ?? ''}`

const LOGIN_PATH = '/login'
export const DEVICE_PATH = `${LOGIN_PATH}/device`
const CALLBACK_PATH = `${LOGIN_PATH}/callback`

/** A page of this server to go on with: whatever else is asked for is the first one. */
export function readReturnTo(given: string | null | undefined): string {
  // What browsers take for another host: two slashes of either kind.
  return given && /^\/(?![/\\])[\x21-\x7e]*$/.test(given) ? given : '/'
}

const toLocation = (location: string, cookies: readonly string[]): HttpResponse => ({
  status: 303,
  headers: { location, 'cache-control': 'no-store', ...(cookies.length > 0 && { 'set-cookie': cookies }) },
  body: '',
})

const withReturn = (path: string, returnTo: string): string =>
  returnTo === '/' ? path : `${path}?${new URLSearchParams({ return_to: returnTo })}`

const toSentence = (message: string): string => `${message.charAt(0).toUpperCase()}${message.slice(1)}.`

/** Pages where people log in and out; they work without scripts. */
export function loginRoutes(options: LoginOptions): Route[] {
  const { access, logins, provider, cookies, originOf } = options
  const pageDoc = { tag: 'access', open: true, answer: z.string(), contentType: 'text/html' } as const
  const returnQuery = z.object({ return_to: z.string().optional() })

  /** Who the browser is logged in as; undefined for nobody, or nobody any more. */
  async function whoIs({ headers: { cookie }, from }: HttpRequest): Promise<Principal | undefined> {
    const found = await access.identify({ headers: { cookie }, socket: from }).catch((error: unknown) => {
      if (error instanceof AccessError) return undefined
      throw error
    })
    return found?.isKnown ? found : undefined
  }

  function wayIn(returnTo: string): Html {
    if (!provider) return html``
    const { host } = new URL(provider.issuer)
    return html`<p class="way"><a class="button" href="${withReturn(`${LOGIN_PATH}/start`, returnTo)}">Log in with ${host}</a></p>`
  }

  function loginPage(returnTo: string, failed?: { problem: string; status: number; refused?: EprError }) {
    const content = html`<p>Who reads, records and switches here is known by name.</p>
      ${problemOf(failed?.problem)}
      ${wayIn(returnTo)}
      <form method="post" action="${LOGIN_PATH}">
        <input type="hidden" name="return_to" value="${returnTo}" />
        <label for="key">${provider ? 'Or with a key' : 'Log in with a key'}</label>
        <input id="key" name="key" type="password" autocomplete="off" spellcheck="false" required placeholder="eprk_…" />
        <button${provider ? html` class="plain"` : ''}>Log in</button>
        <p><small>A key is made by an admin: <code>epr-cli key create --name NAME</code></small></p>
      </form>`
    return toPage('Log in', content, {
      status: failed?.status ?? 200,
      refused: failed?.refused && [failed.refused],
    })
  }

  function loggedInPage({ label }: Principal): HttpResponse {
    return toPage(
      'You are logged in',
      html`<p>As ${label}.</p>
      <form method="post" action="/logout"><div class="row"><a class="button" href="/">Go on</a> <button class="plain">Log out</button></div></form>`,
    )
  }

  const openPage = (): HttpResponse =>
    toPage(
      'Nobody is asked',
      html`<p>Whoever reaches this server may do everything: there is nothing to log in to. <a href="/">Go on</a></p>`,
    )

  /** What went wrong on the way, as a page to begin again from. */
  function toFailedLogin(error: unknown, returnTo: string): HttpResponse {
    if (!(error instanceof EprError)) throw error
    const status = { RATE_LIMITED: 429, UNAVAILABLE: 503 }[error.code as string] ?? 401
    return loginPage(returnTo, { problem: toSentence(error.message), status, refused: error })
  }

  async function logInWithKey(request: HttpRequest): Promise<HttpResponse> {
    const { key = '', return_to } = readForm(request.body)
    const returnTo = readReturnTo(return_to)
    try {
      const headers = { authorization: `Bearer ${key.trim()}` }
      const principal = await access.identify({ headers, socket: request.from })
      if (principal.kind !== 'key') throw new AccessError('malformed', 'what was sent is not a key of EPR')
      const { text, lifeMs } = await logins.beginWith(principal)
      return toLocation(returnTo, [cookies.session(text, lifeMs)])
    } catch (error) {
      return toFailedLogin(error, returnTo)
    }
  }

  async function start(request: HttpRequest): Promise<HttpResponse> {
    const returnTo = readReturnTo(new URLSearchParams(request.search).get('return_to'))
    if (!provider) return toLocation(withReturn(LOGIN_PATH, returnTo), [])
    try {
      const { url, secrets } = await provider.begin(originOf(request) + CALLBACK_PATH)
      return toLocation(url, [cookies.leaving({ secrets, returnTo })])
    } catch (error) {
      return toFailedLogin(error, returnTo)
    }
  }

  async function comeBack(request: HttpRequest): Promise<HttpResponse> {
    const left = cookies.readLeaving(request.headers.cookie)
    const returnTo = readReturnTo(left?.returnTo)
    try {
      if (!provider || !left)
        throw new AccessError(
          'login_refused',
          'this login was not begun in this browser, or too long ago: begin again',
        )
      const url = new URL(`${originOf(request)}${CALLBACK_PATH}?${request.search}`)
      const person = await provider.finish(url, left.secrets).catch((error: unknown) => {
        if (error instanceof AccessError) access.refuse(error, request.from)
        throw error
      })
      const { text, lifeMs } = await logins.beginAs(person)
      return toLocation(returnTo, [cookies.session(text, lifeMs), cookies.noLeaving])
    } catch (error) {
      return toFailedLogin(error, returnTo)
    }
  }

  const codeForm = (problem?: string, status = 200): HttpResponse =>
    toPage(
      'Let a program in',
      html`<p>It shows a code. Type it only if you have started that program yourself, just now.</p>
      ${problemOf(problem)}
      <form method="post" action="${DEVICE_PATH}">
        <label for="code">Code</label>
        <input id="code" name="user_code" class="code" autocomplete="off" spellcheck="false" autofocus required placeholder="XXXX-XXXX" maxlength="12" />
        <button>Go on</button>
      </form>`,
      { status },
    )

  async function confirm(typed: string, principal: Principal): Promise<HttpResponse> {
    const userCode = readUserCode(typed)
    const waiting = userCode === undefined ? undefined : await logins.find(userCode)
    if (!waiting) return codeForm('Nothing waits under this code: it may be over, or mistyped.', 404)
    const age = Math.max(0, Math.round((Date.now() - Date.parse(waiting.created_at)) / 1_000))
    return toPage(
      'Let it in?',
      html`<p>It will be able to do what you may, for twelve hours.</p>
      <dl>
        <dt>Program</dt><dd>${waiting.client}</dd>
        <dt>From</dt><dd>${waiting.address}</dd>
        <dt>Asked</dt><dd>${age < 2 ? 'just now' : `${age} seconds ago`}</dd>
        <dt>As</dt><dd>${principal.label}</dd>
      </dl>
      <form method="post" action="${DEVICE_PATH}/decide">
        <input type="hidden" name="user_code" value="${waiting.user_code}" />
        <div class="row"><button name="decision" value="yes">Let it in</button> <button name="decision" value="no" class="plain">Refuse</button></div>
      </form>`,
    )
  }

  /** Only for who is logged in; others log in first, and come back. */
  async function asSomebody(
    request: HttpRequest,
    show: (who: Principal) => Promise<HttpResponse> | HttpResponse,
  ) {
    if (access.isOpen) return openPage()
    const who = await whoIs(request)
    return who ? show(who) : toLocation(withReturn(LOGIN_PATH, DEVICE_PATH), [])
  }

  async function decide(request: HttpRequest, who: Principal): Promise<HttpResponse> {
    const { user_code = '', decision } = readForm(request.body)
    const isYes = decision === 'yes'
    try {
      await logins.decide(readUserCode(user_code) ?? '', isYes, who, request.call.requestId)
    } catch (error) {
      if (error instanceof EprError && error.code === 'NOT_FOUND')
        return codeForm('Nothing waits under this code any more.', 404)
      throw error
    }
    return toPage(
      isYes ? 'It is let in' : 'It is refused',
      html`<p>${isYes ? 'Go back to the program: it goes on by itself. You can close this page.' : 'Whoever started that program gets nothing. You can close this page.'}</p>`,
    )
  }

  return [
    defineRoute(
      'get',
      LOGIN_PATH,
      { ...pageDoc, summary: 'The page where people log in', query: returnQuery, failures: READ_FAILURES },
      async (request) => {
        if (access.isOpen) return openPage()
        const who = await whoIs(request)
        return who
          ? loggedInPage(who)
          : loginPage(readReturnTo(new URLSearchParams(request.search).get('return_to')))
      },
    ),
    defineRoute(
      'post',
      LOGIN_PATH,
      {
        ...pageDoc,
        summary: 'Log in with a key: gives a cookie that is good for twelve hours',
        body: {
          'application/x-www-form-urlencoded': z.object({
            key: z.string(),
            return_to: z.string().optional(),
          }),
        },
        failures: [...WRITE_FAILURES, 401, 429],
      },
      logInWithKey,
    ),
    defineRoute(
      'get',
      `${LOGIN_PATH}/start`,
      {
        ...pageDoc,
        summary: 'Go to the identity provider',
        query: returnQuery,
        failures: [...READ_FAILURES, 503],
      },
      start,
    ),
    defineRoute(
      'get',
      CALLBACK_PATH,
      {
        ...pageDoc,
        summary: 'Come back from the identity provider',
        failures: [...READ_FAILURES, 401, 429, 503],
      },
      comeBack,
    ),
    defineRoute(
      'get',
      DEVICE_PATH,
      { ...pageDoc, summary: 'The page where a program is let in', failures: READ_FAILURES },
      (request) => asSomebody(request, () => codeForm()),
    ),
    defineRoute(
      'post',
      DEVICE_PATH,
      {
        ...pageDoc,
        summary: 'What waits under a code',
        body: { 'application/x-www-form-urlencoded': z.object({ user_code: z.string() }) },
        failures: [...WRITE_FAILURES, 404],
      },
      (request) => asSomebody(request, (who) => confirm(readForm(request.body).user_code ?? '', who)),
    ),
    defineRoute(
      'post',
      `${DEVICE_PATH}/decide`,
      {
        ...pageDoc,
        summary: 'Let a program in, or refuse it',
        body: {
          'application/x-www-form-urlencoded': z.object({
            user_code: z.string(),
            decision: z.enum(['yes', 'no']),
          }),
        },
        failures: [...WRITE_FAILURES, 404],
      },
      (request) => asSomebody(request, (who) => decide(request, who)),
    ),
    defineRoute(
      'post',
      '/logout',
      { ...pageDoc, summary: 'End the session of this browser', failures: WRITE_FAILURES },
      async (request) => {
        const who = await whoIs(request)
        if (who?.token) await logins.end(who, request.call.requestId)
        return toLocation(LOGIN_PATH, [cookies.noSession])
      },
    ),
  ]
}
