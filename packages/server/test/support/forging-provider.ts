import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'

/** What is wrong with the ID token of the next login. */
export interface Forgery {
  /** In place of good ones. */
  claims?: Record<string, unknown>
  /** Signs with a key that the provider does not say is its own. */
  isByStranger?: boolean
}

/** An identity provider on this machine that lets everybody in as `ada`, with the ID token that a test wants. */
export interface ForgingProvider {
  readonly url: string
  /** Where the browser would be sent back to. @param start where the server has sent it */
  letIn(start: URL, forgery: Forgery): URL
  close(): Promise<void>
}

const KID = 'key-1'

export async function startForgingProvider({ clientId }: { clientId: string }): Promise<ForgingProvider> {
  const own = await generateKeyPair('RS256')
  const strange = await generateKeyPair('RS256')
  const jwk = { ...(await exportJWK(own.publicKey)), kid: KID, alg: 'RS256', use: 'sig' }
  let url = ''
  let asked: { nonce: string | null; forgery: Forgery } = { nonce: null, forgery: {} }

  async function drawIdToken(): Promise<string> {
    const { nonce, forgery } = asked
    const seconds = Math.floor(Date.now() / 1_000)
    const good = { iss: url, aud: clientId, sub: 'ada', nonce, iat: seconds, exp: seconds + 300 }
    return new SignJWT({ ...good, ...forgery.claims })
      .setProtectedHeader({ alg: 'RS256', kid: KID })
      .sign((forgery.isByStranger ? strange : own).privateKey)
  }

  const answers: Record<string, () => unknown> = {
    '/.well-known/openid-configuration': () => ({
      issuer: url,
      authorization_endpoint: `${url}/auth`,
      token_endpoint: `${url}/token`,
      jwks_uri: `${url}/jwks`,
    }),
    '/jwks': () => ({ keys: [jwk] }),
    '/token': async () => ({ access_token: 'opaque', token_type: 'Bearer', id_token: await drawIdToken() }),
  }
  const server = createServer(async ({ url: path = '' }, response) => {
    const answer = answers[path]
    response.writeHead(answer ? 200 : 404, { 'content-type': 'application/json' })
    response.end(JSON.stringify((await answer?.()) ?? {}))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    url,
    letIn({ searchParams }, forgery) {
      asked = { nonce: searchParams.get('nonce'), forgery }
      const back = new URL(searchParams.get('redirect_uri') ?? '')
      back.search = String(new URLSearchParams({ code: 'code', state: searchParams.get('state') ?? '' }))
      return back
    },
    async close() {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}
