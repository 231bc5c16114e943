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
  close(): Promise<void>
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
  return {
    url,
    clientId: CLIENT_ID,
    clientSecret: CLIENT_SECRET,
    groups,
    async close() {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}
