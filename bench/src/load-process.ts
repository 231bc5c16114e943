import { once } from 'node:events'
import { connect } from 'node:net'

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
  /** Sent as a bearer. */
  key?: string | undefined
}

export interface LoadResult {
  perSecond: number
  failures: number
}

/** Where a body has what differs from event to event. */
const NAME = '#name#'
const RECEIVER = '#receiver#'

/** Good events whose NVRPPs nobody had before, five receivers each; made of one, as JSON, around what differs. */
function createBodies({ receivers, payloadBytes }: LoadInput): () => string {
  const run = Math.random().toString(36).slice(2)
  const body = JSON.stringify({
    name: NAME,
    version: '1.0.0',
    release: '2026.11',
    platform_id: 'linux-x64',
    package: 'oci',
    description: 'built by the bench',
    payload: { name: 'joe', padding: 'x'.repeat(payloadBytes) },
    success: true,
    event_receiver_id: RECEIVER,
  })
  const [start = '', rest = ''] = body.split(NAME)
  const [middle = '', end = ''] = rest.split(RECEIVER)
  let count = 0
  return () => {
    const index = count++
    const name = `artifact-${run}-${Math.floor(index / 5)}`
    return `${start}${name}${middle}${receivers[index % receivers.length]}${end}`
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

/** Of an answer to the recording of an event, many times over. */
const ANSWER_BYTES = 16 * 1024

interface Poster {
  /** Posts one request after another until the time is up. */
  keepPosting(until: number): Promise<void>
}

/**
 * One connection. It shares the processor with what is measured, so it speaks just enough HTTP for that, and reads
 * into one buffer of its own, past node's streams: a client that is fit for more costs two to three times as much for
 * each request.
 */
async function openPoster(
  host: string,
  port: number,
  toRequest: () => string,
  counts: Counts,
): Promise<Poster> {
  const buffer = Buffer.allocUnsafe(ANSWER_BYTES)
  let answer = ''
  let endsAt = 0
  const callback = (length: number): boolean => {
    answer += buffer.toString('latin1', 0, length)
    const status = statusOf(answer)
    if (status === undefined) return true
    answer = ''
    if (status === 200) counts.good++
    else counts.failures++
    if (performance.now() < endsAt) socket.write(toRequest(), 'latin1')
    else socket.end()
    return true
  }
  const socket = connect({ host, port, noDelay: true, onread: { buffer, callback } })
  await once(socket, 'connect')
  return {
    keepPosting: (until) =>
      new Promise((resolve, reject) => {
        endsAt = until
        socket.on('error', reject)
        socket.on('close', () => {
          if (performance.now() < until) counts.failures++
          resolve()
        })
        socket.resume()
        socket.write(toRequest(), 'latin1')
      }),
  }
}

const input = JSON.parse(process.argv[2] ?? '{}') as LoadInput
const { hostname, port, host } = new URL(input.url)
const nextBody = createBodies(input)
const credential = input.key === undefined ? '' : `authorization: Bearer ${input.key}\r\n`
function toRequest(): string {
  const body = nextBody()
  return `POST ${input.path} HTTP/1.1\r\nhost: ${host}\r\n${credential}content-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`
}

const counts: Counts = { good: 0, failures: 0 }
const open = () => openPoster(hostname, Number(port), toRequest, counts)
// Connected before the clock runs.
const posters = await Promise.all(Array.from({ length: input.connections }, open))
const startedAt = performance.now()
const until = startedAt + input.seconds * 1_000
await Promise.all(posters.map((poster) => poster.keepPosting(until)))
const seconds = (performance.now() - startedAt) / 1_000
const output: LoadResult = { perSecond: counts.good / seconds, failures: counts.failures }
process.stdout.write(`${JSON.stringify(output)}\n`)
