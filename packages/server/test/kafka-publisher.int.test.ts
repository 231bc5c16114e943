import { once } from 'node:events'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { buildEvent, buildReceiver, waitFor } from '@epr/testkit'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { createKafkaPublisher, type KafkaOptions } from '../src/relay/kafka-publisher.js'
import { startTestApp } from './support/test-app.js'

/** Takes connections and answers nothing, as a network does that swallows packets. */
let blackHole: Server
let broker: string
const sockets = new Set<Socket>()
beforeEach(async () => {
  blackHole = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => undefined)
    socket.once('close', () => sockets.delete(socket))
    socket.resume()
  }).listen(0, '127.0.0.1')
  await once(blackHole, 'listening')
  broker = `127.0.0.1:${(blackHole.address() as AddressInfo).port}`
})
afterEach(async () => {
  for (const socket of sockets) socket.destroy()
  await once(blackHole.close(), 'close')
})

const log = { debug() {}, info() {} }
const options = (more: Partial<KafkaOptions> = {}): KafkaOptions => ({
  brokers: [broker],
  topic: 't',
  log,
  ...more,
})
it('gives up connecting at once when it is told to, and keeps no socket', async () => {
  const abort = new AbortController()
  const connecting = createKafkaPublisher(options())(abort.signal)
  await waitFor('a connection', () => sockets.size > 0)
  abort.abort()
  await expect(connecting).rejects.toMatchObject({ code: 'UNAVAILABLE' })
  await waitFor('no connection', () => sockets.size === 0)
})

it('says that nobody listens, with the address', async () => {
  const address = broker
  await once(blackHole.close(), 'close')
  const connecting = createKafkaPublisher(options())(new AbortController().signal)
  await expect(connecting).rejects.toMatchObject({
    code: 'UNAVAILABLE',
    message: expect.stringContaining(address),
  })
  blackHole.listen(0)
})

it('lets the server serve, be ready, and stop soon while the broker answers nothing', async () => {
  const { api, app, close } = await startTestApp({ brokers: [broker] })
  const receiver = await api.create('/receivers', buildReceiver())
  await api.create('/events', buildEvent(receiver))
  await waitFor('a connection', () => sockets.size > 0)
  const readiness = await fetch(`${app.url}/healthz/readiness`)
  expect([readiness.status, await readiness.json()]).toEqual([
    200,
    { status: 'ready', database: 'up', relay: 'connecting' },
  ])
  const started = performance.now()
  await close()
  expect(performance.now() - started).toBeLessThan(4_000)
  await waitFor('no connection', () => sockets.size === 0)
})
