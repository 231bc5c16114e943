import { once } from 'node:events'
import net from 'node:net'
import { afterEach, expect, it } from 'vitest'
import { type HttpServer, startHttpServer } from './http-server.js'

const sockets: net.Socket[] = []
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy()
})

async function connect({ url }: HttpServer): Promise<net.Socket> {
  const socket = net.connect(Number(new URL(url).port), '127.0.0.1')
  sockets.push(socket)
  await once(socket, 'connect')
  return socket
}

/** Far below the five seconds that what is under way gets, far above what letting go of a socket takes. */
const AT_ONCE_MS = 2_000

it('waits for no connection on which nothing was asked yet', async () => {
  const server = await startHttpServer({
    host: '127.0.0.1',
    port: 0,
    listener: (_, response) => response.end('done'),
  })
  const silent = await connect(server)
  const used = await connect(server)
  used.write('GET / HTTP/1.1\r\nhost: localhost\r\n\r\n')
  await once(used, 'data')
  const startedAt = performance.now()
  await Promise.all([server.close(), once(silent, 'close')])
  expect(performance.now() - startedAt).toBeLessThan(AT_ONCE_MS)
})

it('answers what is under way', async () => {
  let answer: () => void = () => undefined
  const asked = new Promise<void>((resolve) => {
    answer = resolve
  })
  let began: () => void = () => undefined
  const begun = new Promise<void>((resolve) => {
    began = resolve
  })
  const server = await startHttpServer({
    host: '127.0.0.1',
    port: 0,
    listener: async (_, response) => {
      began()
      await asked
      response.end('answered')
    },
  })
  const socket = await connect(server)
  socket.write('GET / HTTP/1.1\r\nhost: localhost\r\n\r\n')
  await begun
  const closed = server.close()
  answer()
  const [data] = (await once(socket, 'data')) as [Buffer]
  expect(String(data)).toContain('answered')
  await closed
})
