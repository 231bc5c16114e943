import { type Message, messageSchema } from '@epr/model'
import {
  buildEvent,
  buildGroup,
  buildReceiver,
  createApi,
  readFeed,
  startTestServer,
  type TestServer,
  waitFor,
} from '@epr/testkit'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { cliPage } from '../src/cli-page.js'
import { errorsPage } from '../src/errors-page.js'
import { messagesPage } from '../src/messages-page.js'
import { metricsPage } from '../src/metrics-page.js'
import { serverPage } from '../src/server-page.js'

const SHOP = { name: 'shop', version: '1.2.0', release: '1', platform_id: 'linux', package: 'oci' }

/** In the order in which {@link tell} brings them about. */
const TOLD = [
  'receiver created',
  'group created',
  'group disabled',
  'group enabled',
  'event recorded',
  'group complete',
]

let server: TestServer

/** Brings about one message of each kind. */
async function tell(): Promise<Message[]> {
  const api = createApi(server.url)
  const receiver = await api.create('/receivers', buildReceiver({ name: 'build', type: 'foo.bar' }))
  const group = await api.create('/groups', buildGroup([receiver], { name: 'gate', type: 'foo.gate' }))
  for (const enabled of [false, true]) await api.patch(`/groups/${group}`, { enabled })
  await api.create('/events', buildEvent(receiver, SHOP))
  await api.get('/events')
  await waitFor('all messages', async () => (await readFeed(api)).length === TOLD.length)
  return (await readFeed(api)).map(({ message }) => messageSchema.parse(message))
}

beforeAll(async () => {
  // Nothing listens there: what the relay tells of itself is to be seen all the same.
  server = await startTestServer({ args: ['--brokers', '127.0.0.1:1'] })
})
afterAll(async () => {
  await server?.close()
})

/** Written anew by `npm run docs`, which is this test with `--update`. */
const PAGES: Readonly<Record<string, () => string | Promise<string>>> = {
  'server.md': serverPage,
  'cli.md': cliPage,
  'errors.md': errorsPage,
  'messages.md': async () =>
    messagesPage((await tell()).map((message, index) => ({ when: TOLD[index] ?? '', message }))),
  'metrics.md': async () => metricsPage(await (await fetch(`${server.url}/metrics`)).text()),
}

it.each(Object.entries(PAGES))('%s says what the code does; if not: npm run docs', async (name, make) => {
  await expect(await make()).toMatchFileSnapshot(`../reference/${name}`)
})
