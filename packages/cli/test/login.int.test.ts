import { once } from 'node:events'
import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { createApi, startTestServer, type TestServer, waitFor } from '@epr/testkit'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { runCli, startCli } from './harness.js'

let server: TestServer
let admin: string
let env: Record<string, string>

const FORM = { 'content-type': 'application/x-www-form-urlencoded', 'sec-fetch-site': 'same-origin' }

/** What a browser does that is logged in with the key. */
async function decide(user_code: string, decision: 'yes' | 'no'): Promise<void> {
  const post = (path: string, fields: Record<string, string>, cookie = '') =>
    fetch(`${server.url}${path}`, {
      method: 'POST',
      redirect: 'manual',
      headers: { ...FORM, cookie },
      body: new URLSearchParams(fields),
    })
  const [set = ''] = (await post('/login', { key: admin })).headers.getSetCookie()
  const decided = await post('/login/device/decide', { user_code, decision }, set.split(';')[0])
  expect(decided.status).toBe(200)
}

/** Begins a login, and says yes or no to it. */
async function logIn(decision: 'yes' | 'no') {
  const child = startCli(['login'], { url: server.url, env })
  const said = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr'] as const)
    child[name].setEncoding('utf8').on('data', (text: string) => {
      said[name] += text
    })
  const code = await waitFor('the code', () => /^ {4}([B-Z]{4}-[B-Z]{4})$/m.exec(said.stderr)?.[1])
  expect(said.stderr).toContain(`Open ${server.url}/login/device in a browser`)
  await decide(code, decision)
  const [exitCode] = await once(child, 'close')
  return { ...said, exitCode }
}

beforeAll(async () => {
  server = await startTestServer()
  env = { XDG_CONFIG_HOME: server.directory }
})
afterAll(() => server?.close())

it('there is nothing to log in to where nobody is asked', async () => {
  const { code, stdout } = await runCli(['login'], { url: server.url, env })
  expect([code, stdout]).toEqual([0, 'this server asks nobody who they are: there is nothing to log in to\n'])
  const { json } = await createApi(server.url).post('/keys', { name: 'root', admin: true })
  admin = json.data.key
})

it('a code that is typed in a browser logs in, for this server and this user alone', async () => {
  const { exitCode, stdout } = await logIn('yes')
  expect([exitCode, stdout]).toEqual([0, expect.stringMatching(/^logged in as the key root, until .*Z\n$/)])
  const file = join(server.directory, 'epr', 'sessions.json')
  expect((await stat(file)).mode & 0o777).toBe(0o600)
  const sessions = JSON.parse(await readFile(file, 'utf8'))
  expect(Object.keys(sessions)).toEqual([new URL(server.url).origin])

  const who = await runCli(['whoami', '--jsonpath', '$.id'], { url: server.url, env })
  expect([who.code, who.stdout]).toEqual([0, 'key:root\n'])
  const token = Object.values<{ token: string }>(sessions)[0]?.token ?? ''
  const other = await runCli(['receiver', 'search', '--debug'], { url: server.url, env })
  expect(other.code).toBe(0)
  expect(other.stdout + other.stderr).not.toContain(token)
})

it('a key goes before the login', async () => {
  const { code } = await runCli(['whoami'], { url: server.url, env: { ...env, EPR_TOKEN: 'eprk_wrong' } })
  expect(code).not.toBe(0)
})

it('logging out ends the session on the server too', async () => {
  const file = join(server.directory, 'epr', 'sessions.json')
  const before = JSON.parse(await readFile(file, 'utf8'))[new URL(server.url).origin].token
  const out = await runCli(['logout'], { url: server.url, env })
  expect([out.code, out.stdout]).toEqual([0, 'logged out\n'])
  expect(JSON.parse(await readFile(file, 'utf8'))).toEqual({})
  const headers = { authorization: `Bearer ${before}` }
  expect((await fetch(`${server.url}/api/v1/auth/whoami`, { headers })).status).toBe(401)
  const who = await runCli(['whoami'], { url: server.url, env })
  expect(who.stderr).toContain('epr-cli login')
  expect((await runCli(['logout'], { url: server.url, env })).stdout).toBe('nobody is logged in here\n')
})

it('somebody says no: nothing is kept', async () => {
  const { exitCode, stderr } = await logIn('no')
  expect(exitCode).not.toBe(0)
  expect(stderr).toContain('somebody has said no to this login')
})
