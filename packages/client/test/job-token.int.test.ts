import { once } from 'node:events'
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inspect } from 'node:util'
import {
  caller,
  startTestGithub,
  startTestIssuer,
  startTestServer,
  type TestGithub,
  type TestIssuer,
  type TestServer,
} from '@epr/testkit'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { createClient } from '../src/index.js'
import { environmentToken } from '../src/node/environment-token.js'

const JOB = { repository_id: '1' }

let server: TestServer
let ci: TestIssuer
let directory: string

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'epr-job-'))
  server = await startTestServer()
  ci = await startTestIssuer({ audience: server.url })
  const { json } = await createClient({ url: server.url, token: caller.key }).rest('POST', '/keys', {
    name: 'root',
    admin: true,
  })
  const { key } = (json as { data: { key: string } }).data
  const admin = createClient({ url: server.url, token: key })
  await admin.rest('PUT', '/issuers/ci', { issuer: ci.url, audience: server.url, pins: ['repository_id'] })
  await admin.rest('PUT', '/policies/job', { who: [{ ci: 'ci', ...JOB }], may: ['read'] })
})
afterAll(async () => {
  await ci.close()
  await server.close()
  rmSync(directory, { recursive: true })
})
const opened: { close(): Promise<void> }[] = []
afterEach(async () => {
  for (const each of opened.splice(0)) await each.close()
})

/** GitHub's endpoint for tokens of this job. */
async function startGithub(...statuses: number[]): Promise<TestGithub> {
  const github = await startTestGithub({ issuer: ci, claims: JOB, statuses })
  opened.push(github)
  return github
}

const clientOf = (env: Record<string, string>, url = server.url) =>
  createClient({ url, token: environmentToken(url, env), retry: false })

async function whoIs(env: Record<string, string>): Promise<string> {
  const { json } = await clientOf(env).rest('GET', '/auth/whoami')
  return (json as { data: { id: string } }).data.id
}

const ID = 'ci:ci:repository_id=1'

describe('a job', () => {
  it('of GitHub Actions asks for a token for this server alone, once', async () => {
    const { env, requests } = await startGithub()
    const client = clientOf(env)
    for (const _ of ['first', 'second']) await client.rest('GET', '/auth/whoami')
    const audience = encodeURIComponent(server.url)
    expect(requests).toEqual([`/token?api-version=2.0&audience=${audience}`])
    expect(await whoIs(env)).toBe(ID)
  })

  it('asks GitHub again when it does not answer', async () => {
    const { env, requests } = await startGithub(503)
    expect(await whoIs(env)).toBe(ID)
    expect(requests).toHaveLength(2)
  })

  it('that GitHub gives none says why, and shows nothing', async () => {
    const { env } = await startGithub(403)
    const failure = await clientOf(env)
      .rest('GET', '/auth/whoami')
      .catch((error: unknown) => error)
    expect(failure).toMatchObject({
      code: 'UNAUTHENTICATED',
      message: 'GitHub Actions gives no token for this job: it answers 403',
    })
    expect(inspect(failure, { depth: null, showHidden: true })).not.toContain(
      env.ACTIONS_ID_TOKEN_REQUEST_TOKEN,
    )
  })

  it.each(['EPR_ID_TOKEN', 'CIRCLE_OIDC_TOKEN_V2'])('finds its token in %s', async (name) => {
    expect(await whoIs({ [name]: await ci.sign(JOB) })).toBe(ID)
  })

  it('of Buildkite asks its agent for the ids that its token has when asked only, in arguments without a secret', async () => {
    const agent = join(directory, 'buildkite-agent')
    writeFileSync(agent, `#!/bin/sh\necho "$*" > "$SEEN"\necho "$TOKEN"\n`)
    chmodSync(agent, 0o755)
    const seen = join(directory, 'seen')
    const env = {
      PATH: `${directory}:${process.env.PATH}`,
      BUILDKITE_AGENT_ACCESS_TOKEN: 'the-secret-of-the-agent',
      SEEN: seen,
      TOKEN: await ci.sign(JOB),
    }
    expect(await whoIs(env)).toBe(ID)
    expect(readFileSync(seen, 'utf8')).toBe(
      `oidc request-token --audience ${server.url} --claim organization_id,pipeline_id\n`,
    )
    await expect(whoIs({ ...env, PATH: '/nowhere' })).rejects.toMatchObject({
      code: 'UNAUTHENTICATED',
      message: 'buildkite-agent gives no token for this job: it ends with ENOENT',
    })
  })

  it('has no use for its token where EPR_TOKEN or EPR_TOKEN_FILE say another', async () => {
    const file = join(directory, 'token')
    writeFileSync(file, await ci.sign(JOB))
    const { env, requests } = await startGithub()
    expect(await whoIs({ ...env, EPR_TOKEN: await ci.sign(JOB) })).toBe(ID)
    expect(await whoIs({ ...env, EPR_TOKEN_FILE: file })).toBe(ID)
    expect(requests).toEqual([])
  })

  it('does not hand its token to a server that asks nobody, and asks for none', async () => {
    const { env, requests } = await startGithub()
    const sent: (string | undefined)[] = []
    const other = createServer(({ headers }, response) => {
      sent.push(headers.authorization)
      response
        .writeHead(200, { 'content-type': 'application/json', 'epr-features': 'feed' })
        .end('{"data":[]}')
    })
    other.listen(0, '127.0.0.1')
    await once(other, 'listening')
    const url = `http://127.0.0.1:${(other.address() as AddressInfo).port}`
    await clientOf(env, url).rest('GET', '/events')
    expect(sent).toEqual([undefined, undefined])
    expect(requests).toEqual([])
    other.close()
    other.closeAllConnections()
  })

  it('leaves a URL with a password alone', async () => {
    const { env, requests } = await startGithub()
    const url = server.url.replace('http://', 'http://x:eprk_none@')
    await expect(clientOf(env, url).rest('GET', '/events')).rejects.toMatchObject({ code: 'UNAUTHENTICATED' })
    expect(requests).toEqual([])
  })
})
