import { once } from 'node:events'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { createKafkaConnection } from './connection.js'

/** Takes connections and answers nothing, as a network does that swallows packets. */
let blackHole: Server
let sockets: Set<Socket>
beforeEach(async () => {
  sockets = new Set()
  blackHole = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => undefined)
    socket.once('close', () => sockets.delete(socket))
    socket.resume()
  }).listen(0, '127.0.0.1')
  await once(blackHole, 'listening')
})
afterEach(async () => {
  for (const socket of sockets) socket.destroy()
  await once(blackHole.close(), 'close')
})

const connect = () =>
  createKafkaConnection({
    brokers: [`127.0.0.1:${(blackHole.address() as AddressInfo).port}`],
    clientId: 'a-test',
    retry: { retries: 0 },
    log: { debug() {} },
  })

it('fails at once what is under way when its sockets are closed, and keeps none', async () => {
  const connection = connect()
  const connecting = expect(connection.client.admin().connect()).rejects.toThrow()
  await vi.waitFor(() => expect(sockets.size).toBe(1))
  connection.destroy()
  await connecting
  await vi.waitFor(() => expect(sockets.size).toBe(0))
})

it('opens nothing any more once it is destroyed', async () => {
  const connection = connect()
  connection.destroy()
  await expect(connection.createProducer().connect()).rejects.toThrow()
  await vi.waitFor(() => expect(sockets.size).toBe(0))
})
