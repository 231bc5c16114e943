import { readFileSync } from 'node:fs'
import {
  type Api,
  buildEvent,
  buildGroup,
  buildReceiver,
  createApi,
  startTestServer,
  type TestServer,
  waitFor,
} from '@epr/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Session, startSession } from './session.js'

const PAGE = readFileSync(new URL('../reference/cli.md', import.meta.url), 'utf8')
const EXAMPLES = [...PAGE.matchAll(/^```sh no-run\n((?:epr-cli .*\n)+)```$/gm)].flatMap(([, commands = '']) =>
  commands.trim().split('\n'),
)
const SHOP = { name: 'shop', version: '1.2.0', release: '1', platform_id: 'linux', package: 'oci' }
/** Asks a broker; the tests of the watcher on Kafka run it. */
const NEEDS_A_BROKER = 'dead-letter'
/** Waits for somebody who says yes in a browser: identity-provider.slow.test.ts does. */
const NEEDS_A_BROWSER = 'login'
/** Goes on until it is stopped. */
const GOES_ON = 'watch'

/** What the examples speak of: files, a program to run, and the commands by their names. */
const PREPARE = `
mkdir bin
printf '#!/bin/sh\\nexec "%s/node_modules/.bin/epr-cli" "$@"\\n' "$PWD" > bin/epr-cli
printf '#!/bin/sh\\necho 812 passed\\n' > bin/make
chmod +x bin/*
export PATH="$PWD/bin:$PATH"
echo '{"type":"object"}' > schema.json
echo '{"found":0}' > report.json
echo '{}' > good.json
echo '{"specversion":"1.0","id":"1","source":"test","type":"t","subject":"shop","data":{},"eprname":"shop","eprversion":"1.2.0","eprrelease":"1","eprplatformid":"linux","eprpackage":"oci"}' > cloudevent.json
printf 'kind: Policy\\nname: shop-ci\\nwho: [{ key: shop-ci }]\\nmay: [{ record: [tests] }, read]\\n' > policies.yaml
echo '{"bomFormat":"CycloneDX","specVersion":"1.6","version":1,"metadata":{"component":{"type":"application","name":"shop","version":"1.2.0"}}}' > bom.json
`

let server: TestServer
let session: Session
let api: Api
/** The ids that stand in the examples, and those that they stand for here. */
let ids: { receivers: [string, string]; group: string; event: string; session?: string }

beforeAll(async () => {
  server = await startTestServer()
  api = createApi(server.url)
  const create = (name: string) =>
    api.create('/receivers', buildReceiver({ name, schema: { type: 'object' } }))
  const receivers: [string, string] = [await create('tests'), await create('scan')]
  const group = await api.create('/groups', buildGroup(receivers, { name: 'release' }))
  const [event = ''] = await Promise.all(receivers.map((id) => api.create('/events', buildEvent(id, SHOP))))
  ids = { receivers, group, event }
  session = await startSession(server.url)
  const entry = (fields: object) => `printf '%s\\n' '${JSON.stringify([fields])}'`
  await session.run(`${PREPARE}
    ${entry(buildReceiver())} > receivers.yaml
    ${entry(buildGroup([receivers[0]]))} > groups.yaml
    ${entry(buildEvent(receivers[0]))} > events.yaml`)
})
afterAll(async () => {
  await session?.close()
  await server?.close()
})

async function createAdminKey(): Promise<string> {
  const { json } = await api.post('/keys', { name: 'examples', admin: true })
  return json.data.key
}

/** What the examples take away: a session, begun as a browser does, and an issuer. */
async function prepareAccess(key: string): Promise<void> {
  const headers = { authorization: `Bearer ${key}` }
  await fetch(`${server.url}/login`, {
    method: 'POST',
    redirect: 'manual',
    headers: { 'content-type': 'application/x-www-form-urlencoded', 'sec-fetch-site': 'same-origin' },
    body: new URLSearchParams({ key }),
  })
  ids.session = (await api.get('/sessions', headers)).json.data[0].id
  const put = await fetch(`${server.url}/api/v1/issuers/gitlab`, {
    method: 'PUT',
    headers,
    body: JSON.stringify({ preset: 'gitlab', audience: server.url }),
  })
  expect(put.status).toBe(200)
}

function toCommand(example: string): string {
  const [, noun = '', verb = ''] = example.split(' ')
  const second =
    noun === 'group' && verb !== 'create'
      ? ids.group
      : noun === 'event' && verb === 'get'
        ? ids.event
        : undefined
  return example
    .replace('01HKX0J9KS8AASMRYX61458N41', ids.receivers[0])
    .replace('01HKX0KY3B31MR3XKJWTDZ4EQ0', second ?? ids.receivers[1])
    .replace('user:4711', 'key:examples')
    .replace('3kq8zj2m', ids.session ?? '')
    .replace('https://epr.example.com', server.url)
}

it('has an example of every command', () => {
  const commands = [...PAGE.matchAll(/^## (epr-cli .*)$/gm)].map(([, name = '']) => name)
  expect(commands.length).toBeGreaterThan(20)
  expect(
    commands.filter(
      (name) => !EXAMPLES.some((example) => example.startsWith(`${name} `) || example === name),
    ),
  ).toEqual([])
})

const goingOn = EXAMPLES.filter((example) => example.split(' ')[1] === GOES_ON)
it.each(goingOn)('%s', async (example) => {
  const receiver = await api.create('/receivers', buildReceiver({ type: 'epr.foo.cli' }))
  await session.start(toCommand(example))
  await waitFor('a message', async () => {
    await api.create('/events', buildEvent(receiver))
    return (await session.backgroundOutput()).includes('"type":"epr.foo.cli"')
  })
})

const ended = EXAMPLES.filter(
  (example) => ![NEEDS_A_BROKER, GOES_ON, NEEDS_A_BROWSER].includes(example.split(' ')[1] ?? ''),
)
// They speak of keys too: from the first one on callers are asked who they are.
describe('with a key', () => {
  beforeAll(async () => {
    const key = await createAdminKey()
    await prepareAccess(key)
    await session.run(`export EPR_TOKEN=${key}`)
  })

  it.each(ended)('%s', async (example) => {
    expect(await session.run(toCommand(example))).not.toBe('')
  })
})
