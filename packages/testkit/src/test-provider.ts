import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** An identity provider on this machine (a certified one), with a page where anybody logs in under any name. */
export interface TestProvider {
  readonly url: string
  readonly clientId: string
  readonly clientSecret: string
  /** Of whom it says that they are in groups. */
  readonly groups: Map<string, readonly string[]>
  /**
   * What a browser does: goes where a server sends it, logs in there under a name, and comes back.
   *
   * @param start the server's page that sends it away
   * @returns the cookies that the server has set
   */
  logIn(start: string, name: string): Promise<string>
  /** What the host of an assistant does: has somebody log in, and gets an access token for a resource (RFC 8707), a JWT. */
  accessToken(name: string, resource: string): Promise<string>
  close(): Promise<void>
}

/** Where the host of an assistant would listen: nobody does. */
const HOST_CALLBACK = 'http://127.0.0.1:1/login/callback'

/** Cookies by host, as far as a login needs them. */
type Jar = Map<string, Map<string, string>>

async function visit(jar: Jar, url: string, form?: Record<string, string>): Promise<Response> {
  const { origin } = new URL(url)
  const kept = jar.get(origin) ?? new Map<string, string>()
  jar.set(origin, kept)
  const response = await fetch(url, {
    method: form ? 'POST' : 'GET',
    redirect: 'manual',
    headers: { cookie: [...kept].map(([name, value]) => `${name}=${value}`).join('; ') },
    ...(form && { body: new URLSearchParams(form) }),
  })
  for (const set of response.headers.getSetCookie()) {
    const [name = '', ...value] = (set.split(';')[0] ?? '').split('=')
    kept.set(name, value.join('='))
  }
  return response
}

async function follow(
  jar: Jar,
  url: string,
  form?: Record<string, string>,
): Promise<{ url: string; text: string }> {
  const response = await visit(jar, url, form)
  const location = response.headers.get('location')
  if (location?.startsWith(HOST_CALLBACK)) return { url: location, text: '' }
  if (location !== null) return follow(jar, new URL(location, url).href)
  return { url, text: await response.text() }
}

/** Logs in at the provider and says yes. @returns where that has ended */
async function passForms(jar: Jar, start: string, name: string): Promise<string> {
  let page = await follow(jar, start)
  for (const form of [{ prompt: 'login', login: name, password: 'any' }, { prompt: 'consent' }]) {
    const [, action] = /<form[^>]* action="([^"]+)"/.exec(page.text) ?? []
    if (action === undefined) throw new Error(`there is no form at ${page.url}: ${page.text.slice(0, 500)}`)
    page = await follow(jar, new URL(action, page.url).href, form)
  }
  return page.url
}

async function logIn(start: string, name: string): Promise<string> {
  const jar: Jar = new Map()
  const { origin } = new URL(start)
  await passForms(jar, start, name)
  return [...(jar.get(origin) ?? [])].map(([key, value]) => `${key}=${value}`).join('; ')
}

const CLIENT_ID = 'epr'
const CLIENT_SECRET = 'a-secret-of-the-tests'
const CALLBACK = /^http:\/\/(localhost|127\.0\.0\.1):\d+\/login\/callback$/

export async function startTestProvider(): Promise<TestProvider> {
  // Loaded only by who wants it: it takes a while, and warns of what does not matter in tests.
  const { default: Provider } = await import('oidc-provider')
  const groups = new Map<string, readonly string[]>()
  const server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`

  const provider = new Provider(url, {
    clients: [
      {
        client_id: CLIENT_ID,
        client_secret: CLIENT_SECRET,
        redirect_uris: ['http://127.0.0.1/login/callback'],
        grant_types: ['authorization_code'],
        response_types: ['code'],
      },
    ],
    claims: { openid: ['sub'], profile: ['name', 'groups'], email: ['email'] },
    cookies: { keys: ['a-key-of-the-tests'] },
    pkce: { required: () => true },
    features: {
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: (_context, resource) => ({
          scope: 'epr',
          audience: resource,
          accessTokenTTL: 300,
          accessTokenFormat: 'jwt',
          jwt: { sign: { alg: 'RS256' } },
        }),
      },
    },
    extraTokenClaims: (_context, token) =>
      'accountId' in token ? { groups: groups.get(token.accountId) ?? [] } : undefined,
    ttl: {
      AccessToken: 300,
      AuthorizationCode: 60,
      IdToken: 300,
      Interaction: 300,
      Session: 300,
      Grant: 300,
    },
    findAccount: (_context, accountId) => ({
      accountId,
      claims: () => ({
        sub: accountId,
        name: `${accountId} of the tests`,
        email: `${accountId}@example.com`,
        groups: groups.get(accountId) ?? [],
      }),
    }),
  })
  // Servers of tests have any port.
  provider.Client.prototype.redirectUriAllowed = (uri) => CALLBACK.test(uri)
  const answer = provider.callback()
  server.on('request', (request, response) => void answer(request, response))

  async function accessToken(name: string, resource: string): Promise<string> {
    const verifier = randomBytes(32).toString('base64url')
    const asked = new URLSearchParams({
      client_id: CLIENT_ID,
      response_type: 'code',
      redirect_uri: HOST_CALLBACK,
      scope: 'openid epr',
      resource,
      code_challenge: createHash('sha256').update(verifier).digest('base64url'),
      code_challenge_method: 'S256',
    })
    const back = new URL(await passForms(new Map(), `${url}/auth?${asked}`, name))
    const response = await fetch(`${url}/token`, {
      method: 'POST',
      headers: { authorization: `Basic ${btoa(`${CLIENT_ID}:${CLIENT_SECRET}`)}` },
      body: new URLSearchParams({
        grant_type: 'authorization_code',
        code: back.searchParams.get('code') ?? '',
        redirect_uri: HOST_CALLBACK,
        code_verifier: verifier,
        resource,
      }),
    })
    const { access_token } = (await response.json()) as { access_token?: string }
    if (access_token === undefined) throw new Error(`the provider gave no token: ${response.status}`)
    return access_token
  }

  return {
    url,
    clientId: CLIENT_ID,
    clientSecret: CLIENT_SECRET,
    groups,
    logIn,
    accessToken,
    async close() {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}
