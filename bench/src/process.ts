import { readFile } from 'node:fs/promises'
import { type Figure, percentile, toAbsoluteFigure } from './figure.js'
import type { World } from './world.js'

/** Resident memory of the server's Node process, without PostgreSQL, MB. */
export async function readRssMb({ server }: World): Promise<number> {
  const status = await readFile(`/proc/${server.process.pid}/status`, 'utf8')
  return Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1]) / 1024
}

export function toMemoryFigure(name: string, megabytes: number): Figure {
  return toAbsoluteFigure({ name, unit: 'MB', must: 200, better: 'lower', binding: false }, megabytes)
}

const LISTENERS = 100
const EVENTS_PER_SECOND = 500

/** How long after its event's 200 each of 100 listeners sees a message, while 500 events a second come in. */
export async function measureFeed(
  world: World,
  seconds: number,
  post: () => Promise<string>,
): Promise<Figure> {
  const acceptedAt = new Map<string, number>()
  const lags: number[] = []
  const abort = new AbortController()
  let seen = 0
  const listen = async () => {
    const response = await fetch(`${world.server.url}/api/v1/messages?after=latest`, {
      headers: { accept: 'text/event-stream' },
      signal: abort.signal,
    })
    const decoder = new TextDecoder()
    let rest = ''
    for await (const chunk of response.body ?? []) {
      const lines = (rest + decoder.decode(chunk as Uint8Array, { stream: true })).split('\n')
      rest = lines.pop() ?? ''
      for (const line of lines) {
        const id = /^: .*"ce_id":"([0-9A-Z]{26})"/.exec(line)?.[1]
        if (id === undefined) continue
        seen++
        const at = acceptedAt.get(id)
        if (at !== undefined) lags.push(performance.now() - at)
        else lags.push(0)
      }
    }
  }
  const listeners = Array.from({ length: LISTENERS }, () => listen().catch(() => undefined))
  await new Promise((resolve) => setTimeout(resolve, 500))
  const total = EVENTS_PER_SECOND * seconds
  const startedAt = performance.now()
  const pending: Promise<unknown>[] = []
  for (let sent = 0; sent < total; sent++) {
    const due = startedAt + (sent * 1_000) / EVENTS_PER_SECOND
    const wait = due - performance.now()
    if (wait > 1) await new Promise((resolve) => setTimeout(resolve, wait))
    pending.push(post().then((id) => acceptedAt.set(id, performance.now())))
  }
  await Promise.all(pending)
  const deadline = Date.now() + 10_000
  while (seen < total * LISTENERS && Date.now() < deadline)
    await new Promise((resolve) => setTimeout(resolve, 20))
  abort.abort()
  await Promise.all(listeners)
  const worst = seen < total * LISTENERS ? Number.POSITIVE_INFINITY : percentile(lags, 1)
  return toAbsoluteFigure(
    {
      name: 'SSE feed, 500 events/s to 100 listeners, worst lag',
      unit: 'ms',
      must: 1_000,
      better: 'lower',
      binding: false,
    },
    worst,
  )
}
