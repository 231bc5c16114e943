import { type AddressInfo, connect, createServer, type NetConnectOpts, type Socket } from 'node:net'

/** A TCP connection's way to a server, on which things go wrong as they do in networks. */
export interface FaultyLink {
  /** On 127.0.0.1. */
  readonly port: number
  /** From now on nothing gets through, in neither direction, and nobody is told; new connections are taken, and silent. */
  hole(): void
  /** Everything gets through again, what was held up too. */
  heal(): void
  /** As when a NAT forgets or a host dies: connections of before stay silent for ever, new ones get through. */
  forget(): void
  /** Resets all connections. */
  cut(): void
  /** Holds up what is sent from now on, in milliseconds. */
  delay(ms: number): void
  close(): Promise<void>
}

interface Pair {
  client: Socket
  target: Socket
}

/** Stands between clients and `to`: a port, or the path of a socket. */
export async function createFaultyLink(to: NetConnectOpts): Promise<FaultyLink> {
  const pairs = new Set<Pair>()
  const forgotten = new Set<Pair>()
  let isHole = false
  let delayMs = 0

  function forward(from: Socket, into: Socket): void {
    from.on('data', (chunk) => {
      if (delayMs === 0) into.write(chunk)
      else setTimeout(() => into.write(chunk), delayMs)
    })
  }

  const server = createServer((client) => {
    const target = connect(to)
    const pair = { client, target }
    pairs.add(pair)
    const end = () => {
      if (forgotten.has(pair)) return
      client.destroy()
      target.destroy()
      pairs.delete(pair)
    }
    for (const socket of [client, target]) socket.on('error', end).on('close', end)
    forward(client, target)
    forward(target, client)
    if (isHole) pause(pair)
  })

  // A socket that is paused does not even see that its other end has gone.
  function pause({ client, target }: Pair): void {
    client.pause()
    target.pause()
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    hole() {
      isHole = true
      for (const pair of pairs) pause(pair)
    },
    heal() {
      isHole = false
      for (const { client, target } of pairs) {
        client.resume()
        target.resume()
      }
    },
    forget() {
      isHole = false
      for (const pair of pairs) {
        pause(pair)
        forgotten.add(pair)
      }
      pairs.clear()
    },
    cut() {
      for (const { client, target } of [...pairs]) {
        client.resetAndDestroy()
        target.destroy()
      }
    },
    delay(ms) {
      delayMs = ms
    },
    async close() {
      for (const { client, target } of [...pairs, ...forgotten]) {
        client.destroy()
        target.destroy()
      }
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** A link to the PostgreSQL of a URL, and the URL by which that is reached over it. */
export async function linkToPostgres(url: string): Promise<{ link: FaultyLink; url: string }> {
  const parsed = new URL(url.replace(/^postgres(?:ql)?:/, 'http:').replace('@/', '@socket/'))
  const directory = parsed.searchParams.get('host')
  const port = parsed.searchParams.get('port') ?? (parsed.port || '5432')
  const to = directory
    ? { path: `${directory}/.s.PGSQL.${port}` }
    : { host: parsed.hostname, port: Number(port) }
  const link = await createFaultyLink(to)
  const user = parsed.username + (parsed.password && `:${parsed.password}`)
  return { link, url: `postgres://${user}@127.0.0.1:${link.port}${parsed.pathname}` }
}
