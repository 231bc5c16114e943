import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  buildReceiver,
  createApi,
  startTestIssuer,
  startTestServer,
  type TestIssuer,
  type TestServer,
} from '@epr/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { NVRPP_FLAGS, runCli } from './harness.js'

const JOB = { repository_id: '1' }
const RECORD = ['--receiver', 'tests', ...NVRPP_FLAGS]

let server: TestServer
let ci: TestIssuer
let directory: string
let admin: string

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'epr-job-'))
  server = await startTestServer()
  ci = await startTestIssuer({ audience: server.url })
  const api = createApi(server.url)
  await api.create('/receivers', buildReceiver({ name: 'tests' }))
  admin = (await api.post('/keys', { name: 'root', admin: true })).json.data.key
  const documents = [
    { kind: 'Issuer', name: 'ci', issuer: ci.url, audience: server.url, pins: ['repository_id'] },
    { kind: 'Policy', name: 'job', who: [{ ci: 'ci', ...JOB }], may: [{ record: ['tests'] }, 'read'] },
  ]
  const file = join(directory, 'ci.yaml')
  await writeFile(file, documents.map((document) => JSON.stringify(document)).join('\n---\n'))
  const applied = await runCli(['access', 'apply', file], { url: server.url, env: { EPR_TOKEN: admin } })
  expect(applied.code, applied.stderr).toBe(0)
})
afterAll(async () => {
  await ci.close()
  await server.close()
  await rm(directory, { recursive: true })
})

/** A key would go before the token of the job. */
const withToken = (EPR_ID_TOKEN: string) => ({ url: server.url, env: { EPR_TOKEN: '', EPR_ID_TOKEN } })
const inJob = async (args: readonly string[], claims: object = {}) =>
  runCli(args, withToken(await ci.sign({ ...JOB, ...claims })))

/** How many events there are by now, and by whom the newest. */
async function events(): Promise<{ count: number; actor: string }> {
  const { json } = await createApi(server.url).get('/events', { authorization: `Bearer ${admin}` })
  const [newest] = json.data
  return { count: json.data.length, actor: newest?.actor?.id }
}

describe('in a CI job', () => {
  it('the token of the job is found', async () => {
    const { stdout } = await inJob(['whoami', '--jsonpath', '{.id}'])
    expect(stdout).toBe('ci:ci:repository_id=1\n')
    const table = await inJob(['whoami', '-o', 'table'])
    expect(table.stdout).toMatch(/^the job ci:ci:repository_id=1\n {2}until 20\S+Z\n {2}may record/)
  })

  it('a flag says another', async () => {
    const { stdout } = await inJob(['whoami', '--jsonpath', '{.id}', '--token', admin])
    expect(stdout).toBe('key:root\n')
  })

  it('a token is in no output, also when it is refused', async () => {
    const token = await ci.sign({ ...JOB, aud: 'https://github.com/acme' })
    for (const args of [
      ['whoami', '--debug'],
      ['event', 'create', ...RECORD, '--success'],
      ['event', 'search', '--dry-run'],
    ]) {
      const { stdout, stderr } = await runCli(args, withToken(token))
      expect(stdout + stderr).not.toContain(token)
      expect(stdout + stderr).not.toContain(token.split('.')[2])
    }
  })

  it('run records also when the token is over before the command is', async () => {
    // The server takes a token for a minute longer.
    const soon = Math.floor(Date.now() / 1_000) - 55
    const token = await ci.sign({ ...JOB, exp: soon })
    const command = join(directory, 'until-over.mjs')
    await writeFile(
      command,
      `let status = 200
       while (status !== 401) {
         const headers = { authorization: 'Bearer ' + process.env.EPR_ID_TOKEN }
         status = (await fetch(process.env.EPR_URL + '/api/v1/auth/whoami', { headers })).status
         await new Promise((resolve) => setTimeout(resolve, 100))
       }`,
    )
    const before = await events()
    const { code, stderr } = await runCli(
      ['run', '--strict', ...RECORD, '--', process.execPath, command],
      withToken(token),
    )
    expect([code, stderr]).toEqual([0, ''])
    expect(await events()).toEqual({ count: before.count + 1, actor: 'ci:ci:repository_id=1' })
  })

  it('run records a command that is over at once', async () => {
    const before = await events()
    expect((await inJob(['run', '--strict', ...RECORD, '--', 'true'])).code).toBe(0)
    expect((await events()).count).toBe(before.count + 1)
  })
})
