import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { buildCloudEvent, buildEvent, buildNvrpp, createApi } from '@epr/testkit'
import type { ChaosServer } from './chaos-world.js'

const ARTIFACTS = 12
/** How long a client goes on asking after everything is mended. */
const PATIENCE_MS = 90_000
/** In a batch. */
const BATCH = 4

/** What a client sent, until it was acknowledged. */
export interface Acknowledged {
  /** Stands in the payload. */
  label: string
  id: string
}

export interface Load {
  readonly acknowledged: readonly Acknowledged[]
  /** Answers that nobody should get, whatever goes wrong. */
  readonly surprises: ReadonlySet<string>
  /** How often it was asked again. */
  readonly retries: number
  /** The longest answer of a server that was neither stopped nor killed meanwhile, milliseconds. */
  readonly slowest: number
  /** What was seen in the feed while it went on: cursor and id of the message. */
  readonly seen: ReadonlyMap<string, string>
  /** Ends when all that was sent is acknowledged. */
  stop(): Promise<void>
}

const pick = <T>(items: readonly T[]): T | undefined => items[Math.floor(Math.random() * items.length)]

export function startLoad(
  servers: readonly ChaosServer[],
  receivers: readonly string[],
  clients: number,
): Load {
  const acknowledged: Acknowledged[] = []
  const surprises = new Set<string>()
  const seen = new Map<string, string>()
  let retries = 0
  let slowest = 0
  let isRunning = true
  let stoppedAt = Number.POSITIVE_INFINITY

  /** Sends until it is answered with 200. */
  async function send(path: string, body: unknown, headers: Record<string, string>): Promise<unknown> {
    while (performance.now() < stoppedAt + PATIENCE_MS) {
      const server = pick(servers)
      if (server?.url === undefined) {
        await delay(20)
        continue
      }
      const { generation, url } = server
      const startedAt = performance.now()
      const answer = await createApi(url)
        .post(path, body, headers)
        .catch(() => undefined)
      if (server.generation === generation) slowest = Math.max(slowest, performance.now() - startedAt)
      if (answer?.status === 200) return answer.json.data
      if (answer && answer.status < 500 && !answer.text.includes('has just been answered'))
        surprises.add(`${path} ${answer.status} ${answer.json?.error?.message}`)
      retries++
      await delay(50 + Math.random() * 100)
    }
    surprises.add(`${path} was never answered with 200`)
    return undefined
  }

  function buildLabelled(label: string) {
    const artifact = buildNvrpp({ name: 'chaos', version: String(Math.floor(Math.random() * ARTIFACTS)) })
    return buildEvent(pick(receivers) ?? '', {
      ...artifact,
      payload: { label },
      success: Math.random() < 0.8,
    })
  }

  async function sendOne(): Promise<void> {
    const label = randomUUID()
    const id = await send('/events', buildLabelled(label), { 'idempotency-key': label })
    if (typeof id === 'string') acknowledged.push({ label, id })
  }

  async function sendBatch(): Promise<void> {
    const labels = Array.from({ length: BATCH }, () => randomUUID())
    const ids = await send('/events/batch', labels.map(buildLabelled), { 'idempotency-key': labels.join() })
    for (const [index, item] of ((ids ?? []) as { id?: string }[]).entries()) {
      if (item.id) acknowledged.push({ label: labels[index] ?? '', id: item.id })
      else surprises.add(`an event of a batch was refused: ${JSON.stringify(item)}`)
    }
  }

  async function sendCloudEvent(): Promise<void> {
    const label = randomUUID()
    const {
      name,
      version,
      release,
      platform_id,
      package: eprpackage,
      success,
      event_receiver_id,
    } = buildLabelled(label)
    const event = buildCloudEvent({
      id: label,
      eprname: name,
      eprversion: version,
      eprrelease: release,
      eprplatformid: platform_id,
      eprpackage,
      eprsuccess: success,
      data: { label },
    })
    const headers = { 'content-type': 'application/cloudevents+json' }
    const id = await send(`/cloudevents?receiver=${event_receiver_id}`, event, headers)
    if (typeof id === 'string') acknowledged.push({ label, id })
  }

  async function runClient(): Promise<void> {
    while (isRunning) await (pick([sendOne, sendOne, sendOne, sendBatch, sendCloudEvent]) ?? sendOne)()
  }

  async function read(): Promise<void> {
    let cursor = '0'
    while (isRunning) {
      const url = pick(servers)?.url
      const page = `/messages?after=${cursor}&limit=500`
      const answer =
        url === undefined
          ? undefined
          : await createApi(url)
              .get(page)
              .catch(() => undefined)
      if (answer?.status !== 200) {
        await delay(50)
        continue
      }
      for (const { cursor: place, ce_id } of answer.json.data) seen.set(place, ce_id)
      cursor = answer.json.next
      if (answer.json.data.length === 0) await delay(50)
    }
  }

  const running = [...Array.from({ length: clients }, runClient), read()]
  return {
    acknowledged,
    surprises,
    seen,
    get retries() {
      return retries
    },
    get slowest() {
      return slowest
    },
    async stop() {
      stoppedAt = performance.now()
      isRunning = false
      await Promise.all(running)
    },
  }
}
