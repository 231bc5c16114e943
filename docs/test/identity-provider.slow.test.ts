import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { startTestProvider, startTestServer, type TestProvider, type TestServer, waitFor } from '@epr/testkit'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { parse } from 'yaml'
import { ROOT } from './pages.js'

let page: string
let provider: TestProvider
let server: TestServer
let admin: string

const blocksOf = (language: string): string[] =>
  [...page.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, 'gm'))].map(
    ([, block = '']) => block,
  )

/** As the page starts it, with the provider of this machine in place of the reader's. */
function flagsOfPage(): string[] {
  const line = /^epr-server (.*)$/m.exec(page)?.[1] ?? ''
  return line
    .replace('https://login.example.org', provider.url)
    .split(' ')
    .filter((word, index, words) => word !== '--public-url' && words[index - 1] !== '--public-url')
}

async function api(method: string, path: string, headers: Record<string, string>, body?: unknown) {
  const response = await fetch(`${server.url}/api/v1${path}`, {
    method,
    headers: { 'content-type': 'application/json', ...headers },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
  return JSON.parse(await response.text())
}

function startCommand(words: string) {
  const [, ...args] = words.split(' ')
  const child = spawn(process.execPath, [join(ROOT, 'packages/cli/bin/epr-cli.mjs'), ...args], {
    env: { PATH: process.env.PATH, EPR_URL: server.url, XDG_CONFIG_HOME: server.directory },
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text
    })
  const ended = once(child, 'close').then(([code]) => ({ code: code as number, output }))
  return { ended, output: () => output }
}

beforeEach(async () => {
  page = await readFile(join(ROOT, 'docs/how-to/identity-provider.md'), 'utf8')
  provider = await startTestProvider()
  server = await startTestServer({
    args: flagsOfPage(),
    env: { EPR_OIDC_CLIENT_SECRET: provider.clientSecret },
  })
  admin = (await api('POST', '/keys', {}, { name: 'root', admin: true })).data.key
})
afterEach(async () => {
  await server?.close()
  await provider?.close()
})

it('people log in as the page says, may do what their group may, and let the command line in', async () => {
  const { name, kind: _, ...policy } = parse(blocksOf('yaml')[0] ?? '')
  await api('PUT', `/policies/${name}`, { authorization: `Bearer ${admin}` }, policy)
  provider.groups.set('ada', [policy.who[0].group])
  const cookie = await provider.logIn(`${server.url}/login/start`, 'ada')
  const { data } = await api('GET', '/auth/whoami', { cookie })
  expect(data.id).toMatch(/^user:[0-9a-f]{24}$/)
  expect(data.rights.map(({ verb }: { verb: string }) => verb)).toEqual(['read', 'switch'])

  const [logIn = '', whoami = '', logOut = ''] = blocksOf('sh no-run').at(-1)?.trim().split('\n') ?? []
  const login = startCommand(logIn)
  const user_code = await waitFor('the code', () => /^ {4}([B-Z]{4}-[B-Z]{4})$/m.exec(login.output())?.[1])
  const decided = await fetch(`${server.url}/login/device/decide`, {
    method: 'POST',
    headers: { cookie, 'sec-fetch-site': 'same-origin' },
    body: new URLSearchParams({ user_code, decision: 'yes' }),
  })
  expect(decided.status).toBe(200)
  expect(await login.ended).toMatchObject({
    code: 0,
    output: expect.stringContaining('logged in as the user ada of the tests'),
  })
  expect(await startCommand(`${whoami} --jsonpath $.id`).ended).toEqual({ code: 0, output: `${data.id}\n` })
  expect((await startCommand(logOut).ended).output).toBe('logged out\n')
})

it('somebody who has left the group at the provider may do nothing at the next login', async () => {
  const { name, kind: _, ...policy } = parse(blocksOf('yaml')[0] ?? '')
  await api('PUT', `/policies/${name}`, { authorization: `Bearer ${admin}` }, policy)
  const cookie = await provider.logIn(`${server.url}/login/start`, 'bob')
  expect((await api('GET', '/auth/whoami', { cookie })).data.rights).toEqual([])
  expect((await api('GET', '/events', { cookie })).error.code).toBe('PERMISSION_DENIED')
})
