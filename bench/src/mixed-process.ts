import { Agent, get, type IncomingMessage, request } from 'node:http'
import { buildEvent, buildNvrpp } from '@epr/testkit'
import { percentile } from './figure.js'

/** Clients of every kind, for some time. */
export interface MixedInput {
  url: string
  seconds: number
  connections: number
  listeners: number
  /** Five, which are a group. */
  receivers: string[]
  /** Of the receivers' messages: what most listeners ask for. */
  type: string
}

export interface MixedResult {
  /** Of a small POST, milliseconds. */
  postP50: number
  postP99: number
  posts: number
  reads: number
  /** The first answers that were not 200, and listeners that were ended. */
  errors: string[]
  /** Listeners whose cursors did not rise. */
  disorders: number
}

const MAX_ERRORS = 10

async function drive(input: MixedInput): Promise<MixedResult> {
  const { url, seconds, connections, receivers } = input
  const agent = new Agent({ keepAlive: true, maxSockets: connections })
  const until = performance.now() + seconds * 1_000
  const run = Math.random().toString(36).slice(2)
  const times: number[] = []
  const errors: string[] = []
  let reads = 0
  let artifacts = 0
  let disorders = 0

  function call(method: string, path: string, body?: string): Promise<string> {
    return new Promise((resolve, reject) => {
      const headers = body === undefined ? {} : { 'content-length': Buffer.byteLength(body) }
      const sent = request(`${url}${path}`, { agent, method, headers }, (response) => {
        let text = ''
        response.setEncoding('utf8').on('data', (chunk: string) => {
          text += chunk
        })
        response.on('end', () => {
          if (response.statusCode === 200) resolve(text)
          else reject(new Error(`${method} ${path}: ${response.statusCode} ${text.slice(0, 200)}`))
        })
      })
      sent.on('error', reject).end(body)
    })
  }

  async function post(name: string, receiver: string): Promise<string> {
    const event = buildEvent(receiver, { ...buildNvrpp({ name }), payload: { name } })
    const startedAt = performance.now()
    const text = await call('POST', '/api/v1/events', JSON.stringify(event))
    times.push(performance.now() - startedAt)
    return (JSON.parse(text) as { data: string }).data
  }

  /** What a pipeline does with an artifact: five events, and some look at them. */
  async function pipeline(): Promise<void> {
    const name = `mixed-${run}-${artifacts++}`
    let id = ''
    for (const receiver of receivers) id = await post(name, receiver)
    await call('GET', `/api/v1/events/${id}`)
    await call('GET', `/api/v1/events?name=${name}`)
    const query = `{ events(event: {name: "${name}"}, limit: 5) { id success description event_receiver_id } }`
    const answer = await call('POST', '/api/v1/graphql/query', JSON.stringify({ query }))
    if (answer.includes('"errors"')) throw new Error(`GraphQL: ${answer.slice(0, 200)}`)
    reads += 3
  }

  async function keepWorking(): Promise<void> {
    while (performance.now() < until) {
      await pipeline().catch((error: Error) => {
        if (errors.length < MAX_ERRORS) errors.push(error.message)
      })
    }
  }

  function listen(query: string): Promise<void> {
    return new Promise((resolve) => {
      let last = 0
      function read(response: IncomingMessage): void {
        let rest = ''
        response.setEncoding('utf8').on('data', (chunk: string) => {
          const lines = (rest + chunk).split('\n')
          rest = (lines.pop() ?? '').slice(-64)
          for (const line of lines) {
            if (!line.startsWith('id: ')) continue
            const cursor = Number(line.slice(4))
            if (cursor <= last) disorders++
            last = cursor
          }
        })
        response.on('error', () => undefined)
        response.on('close', () => {
          if (performance.now() < until) errors.push('a listener was ended')
          resolve()
        })
      }
      const opened = get(
        `${url}/api/v1/messages?after=latest${query}`,
        { headers: { accept: 'text/event-stream' } },
        read,
      )
      opened.on('error', () => resolve())
      setTimeout(() => opened.destroy(), until - performance.now() + 100)
    })
  }

  const listeners = Array.from({ length: input.listeners }, (_, index) =>
    // Most want one kind of message; some want all, SBOMs too.
    listen(index % 10 === 0 ? '' : `&type=${encodeURIComponent(input.type)}`),
  )
  await Promise.all(Array.from({ length: connections }, keepWorking))
  await Promise.all(listeners)
  agent.destroy()
  return {
    postP50: percentile(times, 0.5),
    postP99: percentile(times, 0.99),
    posts: times.length,
    reads,
    errors,
    disorders,
  }
}

process.stdout.write(`${JSON.stringify(await drive(JSON.parse(process.argv[2] ?? '') as MixedInput))}\n`)
