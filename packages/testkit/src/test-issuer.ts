import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type CryptoKey, exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose'

/** An issuer of tokens on this machine, as those of CI systems are. */
export interface TestIssuer {
  /** The `iss` of its tokens, and where its discovery is. */
  readonly url: string
  /** Requests for its keys so far, by path. */
  readonly requests: readonly string[]
  /** The public key that it signs with now. */
  readonly publicKey: JWK
  /** A token with these claims in place of good ones; `undefined` takes one away. */
  sign(claims?: Record<string, unknown>, header?: { kid?: string; typ?: string }): Promise<string>
  /** Signs with another key from now on, and answers with that alone. */
  rotate(): Promise<void>
  /** Answers every request with this status from now on; 200 for as usual. */
  answer(status: number): void
  close(): Promise<void>
}

const LIFE_S = 300

interface SigningKey {
  kid: string
  secret: CryptoKey
  jwk: JWK
}

async function drawSigningKey(number: number): Promise<SigningKey> {
  const { publicKey, privateKey } = await generateKeyPair('RS256')
  const kid = `key-${number}`
  return { kid, secret: privateKey, jwk: { ...(await exportJWK(publicKey)), kid, alg: 'RS256', use: 'sig' } }
}

/** @param audience what its tokens are for, where a claim does not say it */
export async function startTestIssuer({ audience }: { audience: string }): Promise<TestIssuer> {
  const requests: string[] = []
  let status = 200
  let count = 1
  let key = await drawSigningKey(count)
  let url = ''
  const server = createServer(({ url: path = '' }, response) => {
    requests.push(path)
    const body = path.endsWith('/jwks') ? { keys: [key.jwk] } : { issuer: url, jwks_uri: `${url}/jwks` }
    response.writeHead(status, { 'content-type': 'application/json', location: `${url}/jwks` })
    response.end(JSON.stringify(body))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    get url() {
      return url
    },
    requests,
    get publicKey() {
      return key.jwk
    },
    async sign(claims = {}, header = {}) {
      const seconds = Math.floor(Date.now() / 1_000)
      const payload = { iss: url, aud: audience, sub: 'job', iat: seconds, exp: seconds + LIFE_S, ...claims }
      return new SignJWT(payload)
        .setProtectedHeader({ alg: 'RS256', kid: key.kid, ...header })
        .sign(key.secret)
    },
    async rotate() {
      count += 1
      key = await drawSigningKey(count)
    },
    answer(next) {
      status = next
    },
    async close() {
      if (!server.listening) return
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}
