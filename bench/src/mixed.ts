import { setTimeout as delay } from 'node:timers/promises'
import { buildGroup, buildReceiver, waitFor } from '@epr/testkit'
import { runChild } from './child.js'
import { type Figure, percentile, toAbsoluteFigure } from './figure.js'
import type { MixedResult } from './mixed-process.js'
import { readRssMb } from './process.js'
import { buildBom, createSbomReceiver, toBody } from './sbom.js'
import type { World } from './world.js'

const CONNECTIONS = 64
const LISTENERS = 50
const MEMBERS = 5
const TYPE = 'mixed.done'
const LOOK_MS = 100
const SBOM_PAUSE_MS = 1_000

interface Seen {
  livenessMs: number[]
  loopMs: number
  rssMb: number
}

/** Asks again and again whether the server lives, and what it is like. */
async function watch(world: World, abort: AbortSignal): Promise<Seen> {
  const seen: Seen = { livenessMs: [], loopMs: 0, rssMb: 0 }
  for (let looks = 0; !abort.aborted; looks++) {
    const startedAt = performance.now()
    const answer = await fetch(`${world.server.url}/healthz/liveness`)
    await answer.text()
    seen.livenessMs.push(performance.now() - startedAt)
    if (!answer.ok) throw new Error(`liveness was ${answer.status}`)
    if (looks % 20 === 0) {
      const text = await (await fetch(`${world.server.url}/metrics`)).text()
      const lag = Number(/^nodejs_eventloop_lag_max_seconds (\S+)/m.exec(text)?.[1]) * 1_000
      if (lag < 60_000) seen.loopMs = Math.max(seen.loopMs, lag)
      seen.rssMb = Math.max(seen.rssMb, await readRssMb(world))
    }
    await delay(LOOK_MS)
  }
  return seen
}

async function postBoms(world: World, receiver: string, abort: AbortSignal): Promise<number> {
  const bom = buildBom()
  let posted = 0
  for (; !abort.aborted; posted++) {
    await world.api.create('/events', toBody(receiver, bom))
    await delay(SBOM_PAUSE_MS)
  }
  return posted
}

/** What does not fit: events without a message, gaps, and gates that did not open, or opened twice. */
async function countWrong({ sql }: World, group: string): Promise<number> {
  const { rows } = await sql.query<{ missing: number; gaps: number; gates: number }>(
    `select (select count(*) from epr.events e
              left join (select unnest(event_ids) as id from epr.outbox) as said on said.id = e.id
              where e.name like 'mixed-%' and said.id is null)::int as missing,
            (select max(first_cursor + size - 1) - min(first_cursor) + 1 - sum(size) from epr.outbox)::int as gaps,
            abs((select count(*) from epr.outbox o, unnest(o.group_ids) as g where o.kind = 'events' and g = $1)
              - (select count(*) from (
                  select from epr.events e join epr.event_receiver_group_members m using (event_receiver_id)
                  where m.group_id = $1 group by e.nvrpp having count(distinct e.event_receiver_id) = ${MEMBERS}
                 ) as complete))::int as gates`,
    [group],
  )
  const [row] = rows
  return (row?.missing ?? 0) + (row?.gaps ?? 0) + (row?.gates ?? 0)
}

/** All at once, as in a real house: posts, reads, GraphQL and listeners, and one client that posts SBOMs. */
export async function measureMixed(world: World, seconds: number): Promise<Figure[]> {
  const { api, sql } = world
  const receivers: string[] = []
  while (receivers.length < MEMBERS)
    receivers.push(await api.create('/receivers', buildReceiver({ type: TYPE })))
  const group = await api.create('/groups', buildGroup(receivers))
  const sbomReceiver = await createSbomReceiver(world)
  const abort = new AbortController()
  const watching = watch(world, abort.signal)
  const boms = postBoms(world, sbomReceiver, abort.signal)
  const input = {
    url: world.server.url,
    seconds,
    connections: CONNECTIONS,
    listeners: LISTENERS,
    receivers,
    type: TYPE,
  }
  const working = runChild<MixedResult>('mixed-process', input).finally(() => abort.abort())
  const [result, { livenessMs, loopMs, rssMb }] = await Promise.all([working, watching, boms])
  await waitFor('the feed', async () => {
    const { rows } = await sql.query('select from epr.outbox where first_cursor is null limit 1')
    return rows.length === 0
  })
  const wrong = result.errors.length + result.disorders + (await countWrong(world, group))
  for (const error of result.errors) process.stderr.write(`${error}\n`)
  const name = (what: string) => `mixed load, ${what}`
  const spec = { unit: 'ms', better: 'lower' as const, binding: false }
  return [
    toAbsoluteFigure({ ...spec, name: name('p99 of a small POST'), must: 250 }, result.postP99),
    toAbsoluteFigure({ ...spec, name: name('p99 of liveness'), must: 100 }, percentile(livenessMs, 0.99)),
    toAbsoluteFigure({ ...spec, name: name('longest hold of the event loop'), must: 200 }, loopMs),
    toAbsoluteFigure({ ...spec, name: name('memory'), unit: 'MB', must: 350 }, rssMb),
    toAbsoluteFigure(
      { ...spec, name: name('errors, gaps, wrong gates'), unit: '', must: 0, binding: true },
      wrong,
    ),
    toAbsoluteFigure(
      { ...spec, name: name('posts a second'), unit: '/s', must: 0, better: 'higher' },
      result.posts / seconds,
    ),
  ]
}
