import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import {
  buildReceiver,
  createApi,
  startTestIssuer,
  startTestServer,
  type TestIssuer,
  type TestServer,
} from '@epr/testkit'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { hasTerminal, runCli, runOnTerminal } from './harness.js'

const JOB = { repository_id: '1' }
const EXCHANGE = {
  grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
  subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
}

let server: TestServer
let ci: TestIssuer
let admin: string

const as = (EPR_TOKEN: string) => ({ url: server.url, env: { EPR_TOKEN } })
const cli = (...args: string[]) => runCli(args, as(admin))
const json = async (...args: string[]) => JSON.parse((await cli(...args)).stdout)

/** Begins a session of a job, as `epr-cli run` does. */
async function begin(): Promise<string> {
  const answer = await createApi(server.url).post('/auth/token', {
    ...EXCHANGE,
    subject_token: await ci.sign(JOB),
  })
  return answer.json.access_token
}

beforeAll(async () => {
  server = await startTestServer()
  ci = await startTestIssuer({ audience: server.url })
  const api = createApi(server.url)
  await api.create('/receivers', buildReceiver({ name: 'tests' }))
  admin = (await api.post('/keys', { name: 'root', admin: true })).json.data.key
  const documents = [
    { kind: 'Issuer', name: 'ci', issuer: ci.url, audience: server.url, pins: ['repository_id'] },
    { kind: 'Policy', name: 'job', who: [{ ci: 'ci', ...JOB }], may: ['read'] },
  ]
  const file = join(server.directory, 'ci.yaml')
  await writeFile(file, documents.map((document) => JSON.stringify(document)).join('\n---\n'))
  expect((await cli('access', 'apply', file)).code).toBe(0)
})
afterAll(async () => {
  await ci?.close()
  await server?.close()
})

it('where nobody is logged in the list says so', async () => {
  expect(await json('session', 'list')).toEqual([])
  expect((await cli('session', 'list', '-o', 'table')).stdout).toBe(
    'there is no session: nobody is logged in\n',
  )
})

it('sessions are listed with whose they are, and nothing that is secret', async () => {
  const session = await begin()
  const [entry, ...others] = await json('session', 'list')
  expect(others).toEqual([])
  expect(entry).toEqual({
    id: session.slice(5, 13),
    kind: 'exchange',
    caller: 'ci:ci:repository_id=1',
    created_at: expect.stringMatching(/Z$/),
    expires_at: expect.stringMatching(/Z$/),
  })
  const { stdout } = await cli('session', 'list', '-o', 'table')
  expect(stdout).toMatch(/caller\W+id\W+kind\W+expires_at\W+created_at/)
  expect(stdout).toContain(entry.id)
  expect(stdout).not.toContain(session)
})

it.runIf(hasTerminal)('a terminal of any width shows whose session it is, and its whole id', async () => {
  const session = await begin()
  const { stdout } = await runOnTerminal(['session', 'list'], { ...as(admin), columns: 40 })
  expect(stdout).toContain('caller')
  expect(stdout).toContain(session.slice(5, 13))
})

it('a session that is revoked is good no more, and cannot be revoked again', async () => {
  const session = await begin()
  const id = session.slice(5, 13)
  expect((await runCli(['whoami'], as(session))).code).toBe(0)
  const revoked = await cli('session', 'revoke', id, '-o', 'table')
  expect([revoked.code, revoked.stdout]).toEqual([0, `✓ ended the session: ${id}\n`])
  expect((await runCli(['whoami'], as(session))).code).toBe(4)
  expect((await json('session', 'list')).map((each: { id: string }) => each.id)).not.toContain(id)

  const again = await cli('session', 'revoke', id)
  expect([again.code, again.stdout, again.stderr]).toEqual([
    3,
    '',
    `epr-cli: there is no session of the id "${id}" that is good; epr-cli session list has those that there are\n`,
  ])
})

it('sessions are for admins', async () => {
  const session = await begin()
  for (const args of [['list'], ['revoke', session.slice(5, 13)]])
    expect((await runCli(['session', ...args], as(session))).code).toBe(4)
})

it('an issuer goes after the policies that name it, and its sessions with it', async () => {
  const session = await begin()
  expect((await json('access', 'list', '--issuers')).map((each: { name: string }) => each.name)).toEqual([
    'ci',
  ])
  const early = await cli('access', 'delete', 'issuer', 'ci')
  expect([early.code, early.stderr]).toEqual([
    2,
    'epr-cli: the policy job names the issuer ci: delete it first\n',
  ])
  const policy = await cli('access', 'delete', 'policy', 'job', '-o', 'table')
  expect([policy.code, policy.stdout]).toEqual([0, '✓ deleted the policy: job\n'])
  const issuer = await cli('access', 'delete', 'issuer', 'ci', '-o', 'table')
  expect([issuer.code, issuer.stdout]).toEqual([0, '✓ deleted the issuer: ci\n'])
  expect(await json('access', 'list')).toEqual([])
  expect(await json('access', 'list', '--issuers')).toEqual([])
  const none = await cli('access', 'list', '--issuers', '-o', 'table')
  expect(none.stdout).toBe('there is no issuer\n')
  expect((await runCli(['whoami'], as(session))).code).toBe(4)
})

it.each([
  ['policy', 'access list'],
  ['issuer', 'access list --issuers'],
])('a wrong name of a %s is answered by where the right ones are', async (kind, list) => {
  const { code, stderr } = await cli('access', 'delete', kind, 'nobody')
  expect([code, stderr]).toEqual([
    3,
    `epr-cli: there is no ${kind} "nobody"; epr-cli ${list} has those that there are\n`,
  ])
})
