import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { TestIssuer } from './test-issuer.js'

/** Where jobs of GitHub Actions get their tokens, on this machine. */
export interface TestGithub {
  /** What a job that may ask for tokens has in its environment. */
  readonly env: Readonly<Record<'ACTIONS_ID_TOKEN_REQUEST_URL' | 'ACTIONS_ID_TOKEN_REQUEST_TOKEN', string>>
  /** Requests so far: their paths with the query. */
  readonly requests: readonly string[]
  close(): Promise<void>
}

export interface TestGithubOptions {
  issuer: TestIssuer
  /** What the tokens say beside what every token does. */
  claims: Readonly<Record<string, unknown>>
  /** Statuses of the first answers; it is 200 then. */
  statuses?: readonly number[]
}

/** https://docs.github.com/en/actions/reference/security/oidc#methods-for-requesting-the-oidc-token */
export async function startTestGithub({
  issuer,
  claims,
  statuses = [],
}: TestGithubOptions): Promise<TestGithub> {
  const secret = crypto.randomUUID()
  const requests: string[] = []

  async function answer(path: string, authorization: string | undefined): Promise<[number, object]> {
    const status = statuses[requests.push(path) - 1] ?? 200
    if (status !== 200 || authorization !== `Bearer ${secret}`)
      return [status === 200 ? 401 : status, { message: `not with ${authorization}` }]
    const audience = new URL(path, 'http://github.test').searchParams.get('audience')
    return [200, { count: 1, value: await issuer.sign({ ...claims, aud: audience }) }]
  }

  const server = createServer(({ url = '', headers }, response) => {
    void answer(url, headers.authorization).then(([status, body]) => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    env: {
      ACTIONS_ID_TOKEN_REQUEST_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}/token?api-version=2.0`,
      ACTIONS_ID_TOKEN_REQUEST_TOKEN: secret,
    },
    requests,
    async close() {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}
