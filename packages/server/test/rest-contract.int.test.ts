import { describeApiContract } from '@epr/testkit'
import { afterAll, beforeAll } from 'vitest'
import { drawKey } from '../src/access/key-text.js'
import { startTestApp, type TestApp } from './support/test-app.js'

const { text: key } = drawKey()
const actor = { id: 'key:admin', type: 'api_key', label: 'admin' }

let open: TestApp
let closed: TestApp
beforeAll(async () => {
  open = await startTestApp({ auth: 'off' })
  closed = await startTestApp({ auth: 'required', adminKey: key })
})
afterAll(() => Promise.all([open.close(), closed.close()]))

// A query makes the same call go through Express.
const DIRECT = '/events'
const EXPRESS = '/events?'

describeApiContract('on the direct way in', async () => ({
  baseUrl: open.app.url,
  recordPath: DIRECT,
  actor: null,
}))
describeApiContract('through Express', async () => ({
  baseUrl: open.app.url,
  recordPath: EXPRESS,
  actor: null,
}))
describeApiContract('on the direct way in, with a key in the URL', async () => ({
  baseUrl: closed.app.url.replace('://', `://anybody:${key}@`),
  recordPath: DIRECT,
  actor,
}))
describeApiContract('through Express, with a key as a bearer', async () => ({
  baseUrl: closed.app.url,
  headers: { authorization: `Bearer ${key}` },
  recordPath: EXPRESS,
  actor,
}))
