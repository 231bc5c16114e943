import { once } from 'node:events'
import { connect, type Socket } from 'node:net'

/** What to send, and for how long. */
export interface LoadInput {
  url: string
  path: string
  connections: number
  seconds: number
  /** Receivers to post to, in turn. */
  receivers: string[]
  /** Bytes of padding in each payload, so that events have a given size. */
  payloadBytes: number
}

export interface LoadResult {
  perSecond: number
  failures: number
}

/** Good events whose NVRPPs nobody had before, five receivers each. */
function createBodies({ receivers, payloadBytes }: LoadInput): () => string {
  const run = Math.random().toString(36).slice(2)
  const padding = 'x'.repeat(payloadBytes)
  let count = 0
  return () => {
    const index = count++
    return JSON.stringify({
      name: `artifact-${run}-${Math.floor(index / 5)}`,
      version: '1.0.0',
      release: '2026.11',
      platform_id: 'linux-x64',
      package: 'oci',
      description: 'built by the bench',
      payload: { name: 'joe', padding },
      success: true,
      event_receiver_id: receivers[index % receivers.length],
    })
  }
}

type Counts = { good: number; failures: number }

/** The status of an answer that has come whole, else nothing yet. */
function statusOf(answer: string): number | undefined {
  const head = answer.indexOf('\r\n\r\n')
  if (head < 0) return undefined
  const length = Number(/^content-length: (\d+)/im.exec(answer)?.[1])
  return answer.length < head + 4 + length ? undefined : Number(answer.slice(9, 12))
}

/**
 * Posts one request after another on one connection. It shares the processor with what is measured, so it speaks just
 * enough HTTP for that: a client that is fit for more costs two to three times as much for each request.
 */
function keepPosting(socket: Socket, toRequest: () => string, until: number, counts: Counts): Promise<void> {
  return new Promise((resolve, reject) => {
    let answer = ''
    socket.on('error', reject)
    socket.on('close', () => {
      if (performance.now() < until) counts.failures++
      resolve()
    })
    socket.on('data', (text: string) => {
      answer += text
      const status = statusOf(answer)
      if (status === undefined) return
      answer = ''
      if (status === 200) counts.good++
      else counts.failures++
      if (performance.now() < until) socket.write(toRequest())
      else socket.end()
    })
    socket.write(toRequest())
  })
}

const input = JSON.parse(process.argv[2] ?? '{}') as LoadInput
const { hostname, port, host } = new URL(input.url)
const nextBody = createBodies(input)
function toRequest(): string {
  const body = nextBody()
  return `POST ${input.path} HTTP/1.1\r\nhost: ${host}\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`
}

async function open(): Promise<Socket> {
  const socket = connect({ host: hostname, port: Number(port), noDelay: true }).setEncoding('latin1')
  await once(socket, 'connect')
  return socket
}

// Connected before the clock runs.
const sockets = await Promise.all(Array.from({ length: input.connections }, open))
const counts: Counts = { good: 0, failures: 0 }
const startedAt = performance.now()
const until = startedAt + input.seconds * 1_000
await Promise.all(sockets.map((socket) => keepPosting(socket, toRequest, until, counts)))
const seconds = (performance.now() - startedAt) / 1_000
const output: LoadResult = { perSecond: counts.good / seconds, failures: counts.failures }
process.stdout.write(`${JSON.stringify(output)}\n`)
