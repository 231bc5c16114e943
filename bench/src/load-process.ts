import autocannon from 'autocannon'

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

/**
 * The requests of one connection, made before the clock runs: made one by one, autocannon took as much of the
 * processor for them as the server did. Who comes to their end starts anew, which is a re-run of old artifacts.
 */
const REQUESTS_PER_CONNECTION = 300

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

const input = JSON.parse(process.argv[2] ?? '{}') as LoadInput
const nextBody = createBodies(input)
const result = await autocannon({
  url: input.url,
  connections: input.connections,
  duration: input.seconds,
  setupClient(client) {
    client.setRequests(
      Array.from({ length: REQUESTS_PER_CONNECTION }, () => ({
        method: 'POST' as const,
        path: input.path,
        body: nextBody(),
      })),
    )
  },
})
const output: LoadResult = {
  perSecond: result['2xx'] / result.duration,
  failures: result.non2xx + result.errors,
}
process.stdout.write(`${JSON.stringify(output)}\n`)
