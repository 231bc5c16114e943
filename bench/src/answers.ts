import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { buildEvent, buildReceiver } from '@epr/testkit'
import { startChild } from './child.js'
import { measureViews } from './consoles.js'
import { type Figure, percentile, toAbsoluteFigure, toFigure } from './figure.js'
import { type Effort, load } from './intake.js'
import { alternate, timeEach } from './rounds.js'
import { createWorld, type World } from './world.js'

const CHUNK = 20_000
/** Artifacts of one name: its versions. */
const VERSIONS = 30
/** Five products: each has four receivers, and a gate of the first two and one of all. */
const GATES = [0, 4, 8, 12, 16].flatMap((first) => [
  [first, first + 1],
  [first, first + 1, first + 2, first + 3],
])
/** Events of an artifact: one at each receiver of its product, and a second one at the second. */
const EVENTS = 5
/** One artifact of so many is deployed. */
const DEPLOYED = 10
const SBOMS = 200
const COMPONENTS = 500

/**
 * Fills the registry with artifacts that have gone through the gates of their product, by SQL, as if they had been posted over
 * the last 90 days. Of ten, seven have passed both, one has failed at the third receiver, two wait for the fourth; one is deployed.
 */
async function fillArtifacts({ sql, api, receivers }: World, artifacts: number): Promise<void> {
  const type = 'dev.cdevents.service.deployed.0.3.0'
  const deployments = await api.create('/receivers', buildReceiver({ name: 'deployments', type }))
  const names = Math.ceil(artifacts / VERSIONS)
  const numbered = `
    select i, (i + i / $4::int) % 10 as class, 'service-' || i % $4::int as name, '1.' || i / $4::int || '.0' as version,
           now() - interval '90 days' * (1 - i::float8 / $5::int) as at
    from generate_series($1::int, $2::int) as i`
  const columns = `
    id, nvrpp, name, version, release, platform_id, package, description, payload, payload_bytes, success, event_receiver_id, created_at`
  const nvrpp = `
    sha256(convert_to('["' || name || '","' || version || '","2026.10","linux-x64","oci"]', 'UTF8')),
    name, version, '2026.10', 'linux-x64', 'oci', 'history'`
  for (let from = 0; from < artifacts; from += CHUNK) {
    const span = [from, Math.min(from + CHUNK, artifacts) - 1]
    await sql.query(
      `insert into epr.events (${columns})
       select '01K' || lpad(to_hex(i * ${EVENTS + 1} + e), 23, '0'), ${nvrpp},
              ('{"name":"joe","padding":"' || repeat('x', 200) || '"}')::json, 226, not (class = 7 and e = 2),
              ($3::text[])[1 + i % 5 * 4 + case when e = 4 then 1 else e end], at + interval '1 minute' * e
       from (${numbered}) as numbers cross join generate_series(0, ${EVENTS - 1}) as e
       where not (class > 7 and e = 3)
       order by i, e`,
      [...span, receivers, names, artifacts],
    )
    await sql.query(
      `insert into epr.events (${columns})
       select '01K' || lpad(to_hex(i * ${EVENTS + 1} + ${EVENTS}), 23, '0'), ${nvrpp},
              '{"subject":{"content":{"environment":{"id":"production"}}}}'::json, 60, true, $3::text, at + interval '1 hour'
       from (${numbered}) as numbers where i % ${DEPLOYED} = 0 order by i`,
      [...span, deployments, names, artifacts],
    )
  }
  await sql.query('vacuum analyze epr.events')
  await sql.query('checkpoint')
}

/** Posts SBOMs of the newest artifacts, and waits until they are read. */
async function postSboms({ api }: World, count: number): Promise<void> {
  const receiver = await api.create('/receivers', buildReceiver({ name: 'sboms', type: 'shop.sbom' }))
  for (let sbom = 0; sbom < count; sbom++) {
    const components = Array.from({ length: COMPONENTS }, (_, index) => ({
      type: 'library',
      name: `lib-${(sbom * 7 + index) % 4_000}`,
      version: `1.${index % 9}.0`,
      purl: `pkg:npm/lib-${(sbom * 7 + index) % 4_000}@1.${index % 9}.0`,
    }))
    const payload = { bomFormat: 'CycloneDX', specVersion: '1.6', components }
    await api.create('/events', buildEvent(receiver, { name: `service-${sbom}`, payload }))
  }
  for (;;) {
    const { json } = await api.get('/components?q=lib-7')
    if (json.unread.waiting === 0) return
    await delay(200)
  }
}

/** Has the answers made anew. @returns seconds */
async function rebuild({ sql }: World): Promise<number> {
  await sql.query('update epr.projection set version = 0')
  const startedAt = performance.now()
  for (;;) {
    const { rows } = await sql.query('select version > 0 and history_id is null as done from epr.projection')
    if (rows[0]?.done) return (performance.now() - startedAt) / 1_000
    await delay(200)
  }
}

/** What is kept of every event beside it. What is kept of SBOMs and deployments depends on what these are. */
const KEPT = ['artifacts', 'gates', 'gate_lines', 'gate_groups', 'receiver_days']

async function measureStorage({ sql }: World): Promise<Figure> {
  await sql.query('vacuum analyze epr.artifacts, epr.gates, epr.gate_lines, epr.delivery_facts')
  const { rows } = await sql.query<{ kept: string; events: string }>(
    `select sum(pg_total_relation_size(oid)) filter (where relname = any ($1::text[])) as kept,
            sum(pg_total_relation_size(oid)) filter (where relname = 'events') as events
     from pg_class where relnamespace = 'epr'::regnamespace`,
    [KEPT],
  )
  const name = 'storage of what answers are kept in, against that of the events'
  const sizes = { value: Number(rows[0]?.kept) / 2 ** 20, reference: Number(rows[0]?.events) / 2 ** 20 }
  return toFigure({ name, unit: 'MB', must: 0.15, better: 'lower', binding: false }, [sizes])
}

const day = (back: number) => new Date(Date.now() - back * 86_400_000).toISOString()

/** Every call that somebody asks of many artifacts, by what it is. */
function callsOf({ receivers, groups }: World): (readonly [name: string, path: string])[] {
  const gate = `/groups/${groups[0]}/artifacts`
  const artifact = 'name=service-7&version=1.3.0&release=2026.10&platform_id=linux-x64&package=oci'
  return [
    ['artifacts of a gate', gate],
    ['artifacts of a gate that failed', `${gate}?state=failed`],
    ['artifacts of a gate that wait longest', `${gate}?order=waiting`],
    ['artifacts of a gate by name', `${gate}?name=service-1000*`],
    ['artifacts of a gate with superseded ones', `${gate}?superseded=true`],
    ['artifacts of a gate a month ago', `${gate}?at=${day(30)}`],
    ['artifacts by name', '/artifacts?name=service-10*'],
    ['versions of an artifact', '/artifacts?name=service-7'],
    ['gates of an artifact', `/artifacts/gates?${artifact}`],
    ['status of a gate', `/groups/${groups[0]}/status?${artifact}`],
    ['tail of the feed', '/messages?view=summary&tail=200'],
    ['failures in the tail of the feed', '/messages?view=summary&tail=200&success=false'],
    ['usage of receivers', '/receivers/usage'],
    ['refusals of a receiver', `/receivers/${receivers[0]}/refusals`],
    ['findings', '/findings'],
    ['components by name', '/components?q=lib-77'],
    ['components by range', '/components?q=lib-77@<1.5.0'],
    ['components by package URL', '/components?q=pkg:npm/lib-77'],
    ['components that many have', '/components?q=lib-10*'],
    ['delivery', '/delivery'],
    ['delivery by day', '/delivery?bucket=day&environment=production'],
    ['deployments', '/delivery/events?metric=deployments'],
    ['watchers', '/watchers'],
    ['operations', '/operations'],
    ['search by name', '/search?q=service-10'],
    ['search by name and version', '/search?q=service-7@1.3.0'],
    ['search for nothing', '/search?q=nobody-has-this'],
    ['search by component', '/search?q=component:lib-77'],
    ['search by package URL', '/search?q=pkg:oci/service-7@1.3.0'],
  ]
}

const ASKED = 50

async function get({ api }: World, path: string): Promise<void> {
  const { status, text } = await api.get(path)
  if (status !== 200) throw new Error(`GET ${path}: ${status} ${text.slice(0, 300)}`)
}

async function measureCall(what: string, ask: () => Promise<void>): Promise<Figure> {
  await ask()
  const p95 = percentile(await timeEach(ASKED, ask), 0.95)
  const of = { unit: 'ms', must: 50, better: 'lower', binding: false } as const
  return toAbsoluteFigure({ name: `p95 of ${what}`, ...of }, p95)
}

async function measureCalls(world: World): Promise<Figure[]> {
  const figures: Figure[] = []
  for (const [what, path] of callsOf(world)) figures.push(await measureCall(what, () => get(world, path)))
  // The same question is answered once for all who ask it within a moment: here each is another one.
  let asked = 0
  const askAnew = () => get(world, `/delivery?from=${day(90 - ++asked / 1_000)}`)
  return [...figures, await measureCall('delivery, each time of another span', askAnew)]
}

const RATE = 2_000
const BATCH = 100

/** How far answers are behind while so many events a second are recorded: the longest that was seen. */
async function measureLag({ api, sql, receivers }: World, seconds: number): Promise<Figure> {
  let longest = 0
  let isRunning = true
  const look = async () => {
    while (isRunning) {
      const { rows } = await sql.query<{ lag: number }>(
        `select coalesce(extract(epoch from clock_timestamp() - min(numbered_at)), 0)::float8 as lag from epr.outbox
         where first_cursor > (select cursor from epr.projection)`,
      )
      longest = Math.max(longest, rows[0]?.lag ?? 0)
      await delay(50)
    }
  }
  const looking = look()
  const startedAt = performance.now()
  const batches = (RATE * seconds) / BATCH
  const sent: Promise<unknown>[] = []
  for (let batch = 0; batch < batches; batch++) {
    const dueMs = startedAt + (batch * BATCH * 1_000) / RATE - performance.now()
    if (dueMs > 0) await delay(dueMs)
    const events = Array.from({ length: BATCH }, (_, index) =>
      buildEvent(receivers[index % receivers.length] ?? '', {
        name: `lag-${batch}-${Math.floor(index / 5)}`,
      }),
    )
    sent.push(api.post('/events/batch', events))
  }
  await Promise.all(sent)
  const rate = (batches * BATCH * 1_000) / (performance.now() - startedAt)
  isRunning = false
  await looking
  const name = `answers behind the feed at ${Math.round(rate)} events a second, the longest`
  return toAbsoluteFigure({ name, unit: 's', must: 2, better: 'lower', binding: false }, longest)
}

const CLIENTS = 50

/** Intake while clients ask the dearest call without pause, against alone. */
async function measureDashboards(
  world: World,
  dearest: string,
  { rounds, seconds }: Effort,
): Promise<Figure> {
  const url = `${world.server.url}/api/v1${dearest}`
  const intake = () => load(world, world.server.url, seconds)
  const measured = await alternate(
    rounds,
    async () => {
      const asking = await startChild('asking-process', { url, clients: CLIENTS })
      return intake().finally(() => asking.stop())
    },
    intake,
  )
  const name = `intake while ${CLIENTS} clients ask ${dearest.split('?')[0]} without pause, against alone`
  return toFigure({ name, unit: '/s', must: 0.9, better: 'higher', binding: false }, measured)
}

/** What is kept for answers, what asking costs, and what keeping it costs who records. */
export async function measureAnswers(
  directory: string,
  artifacts: number,
  effort: Effort,
  add: (...figures: Figure[]) => void,
): Promise<void> {
  const world = await createWorld(join(directory, 'answers'), { gates: GATES })
  try {
    await fillArtifacts(world, artifacts)
    const seconds = await rebuild(world)
    process.stderr.write(`answers of ${artifacts} artifacts made in ${seconds.toFixed(0)} s\n`)
    add(await measureStorage(world))
    await postSboms(world, SBOMS)
    const calls = await measureCalls(world)
    add(...calls, ...(await measureViews(world)), await measureLag(world, effort.seconds * 3))
    const dearest = calls.slice(0, -1).reduce((one, other) => (other.value > one.value ? other : one))
    const [, path = ''] = callsOf(world).find(([what]) => dearest.name === `p95 of ${what}`) ?? []
    add(await measureDashboards(world, path, effort))
  } finally {
    await world.close()
  }
  const keeping = await createWorld(join(directory, 'keeping'))
  const plain = await createWorld(join(directory, 'plain'), { projections: 'off' })
  try {
    const measured = await alternate(
      effort.rounds,
      () => load(keeping, keeping.server.url, effort.seconds),
      () => load(plain, plain.server.url, effort.seconds),
    )
    const name = 'intake with answers kept, against without'
    add(toFigure({ name, unit: '/s', must: 0.95, better: 'higher', binding: false }, measured))
  } finally {
    await Promise.all([keeping.close(), plain.close()])
  }
}
