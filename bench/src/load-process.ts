import { Client } from 'undici'

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

/** Posts one request after another on one connection. A thin client, because it shares the server's processor. */
function keepPosting(
  client: Client,
  path: string,
  nextBody: () => string,
  until: number,
  counts: Counts,
): Promise<void> {
  return new Promise((resolve) => {
    let isGood = false
    const next = () => {
      if (performance.now() >= until) return resolve()
      client.dispatch({ method: 'POST', path, body: nextBody() }, handlers)
    }
    const handlers: Parameters<Client['dispatch']>[1] = {
      onRequestStart() {},
      onResponseStart(_, status) {
        isGood = status === 200
      },
      onResponseData() {},
      onResponseEnd() {
        if (isGood) counts.good++
        else counts.failures++
        next()
      },
      onResponseError() {
        counts.failures++
        next()
      },
    }
    next()
  })
}

const input = JSON.parse(process.argv[2] ?? '{}') as LoadInput
const nextBody = createBodies(input)
const clients = Array.from({ length: input.connections }, () => new Client(input.url))
// Connected before the clock runs.
await Promise.all(
  clients.map(async (client) => {
    const { body } = await client.request({ method: 'GET', path: '/' })
    await body.dump()
  }),
)
const counts: Counts = { good: 0, failures: 0 }
const startedAt = performance.now()
const until = startedAt + input.seconds * 1_000
await Promise.all(clients.map((client) => keepPosting(client, input.path, nextBody, until, counts)))
const seconds = (performance.now() - startedAt) / 1_000
await Promise.all(clients.map((client) => client.close()))
const output: LoadResult = { perSecond: counts.good / seconds, failures: counts.failures }
process.stdout.write(`${JSON.stringify(output)}\n`)
