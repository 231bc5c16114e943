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

/** A good event whose NVRPP nobody had before, for the next receiver in turn. */
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
  requests: [
    { method: 'POST', path: input.path, setupRequest: (request) => ({ ...request, body: nextBody() }) },
  ],
})
const output: LoadResult = {
  perSecond: result['2xx'] / result.duration,
  failures: result.non2xx + result.errors,
}
process.stdout.write(`${JSON.stringify(output)}\n`)
