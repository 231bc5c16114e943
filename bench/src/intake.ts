import { buildEvent } from '@epr/testkit'
import { runChild, startChild } from './child.js'
import { type Figure, median, toFigure } from './figure.js'
import type { InsertResult } from './insert-process.js'
import type { LoadResult } from './load-process.js'
import { alternate, type Round, timeEach } from './rounds.js'
import type { World } from './world.js'

const CONNECTIONS = 64
const PAYLOAD_BYTES = 200
const BATCH = 200

export interface Effort {
  rounds: number
  /** Of intake against inserts, whose ratio varies most from round to round. */
  intakeRounds: number
  /** How long one round of load lasts. */
  seconds: number
  /** How many calls one round of single calls makes. */
  calls: number
}

/** Posts single events on 64 connections. @returns how many a second */
export async function load(world: World, url: string, seconds: number): Promise<number> {
  const input = {
    url,
    path: '/api/v1/events',
    connections: CONNECTIONS,
    seconds,
    receivers: world.receivers,
    payloadBytes: PAYLOAD_BYTES,
    key: world.key,
  }
  const { perSecond, failures } = await runChild<LoadResult>('load-process', input)
  if (failures > 0) throw new Error(`${failures} of the load's requests failed`)
  return perSecond
}

async function insert({ config }: World, seconds: number): Promise<number> {
  const input = { config, connections: CONNECTIONS, seconds, payloadBytes: PAYLOAD_BYTES }
  return (await runChild<InsertResult>('insert-process', input)).perSecond
}

export async function measureIntake(
  world: World,
  { rounds, intakeRounds, seconds }: Effort,
): Promise<Figure[]> {
  const ours = () => load(world, world.server.url, seconds)
  const againstInserts = await alternate(intakeRounds, ours, () => insert(world, seconds))
  const plain = await startChild('plain-server-process', world.config)
  try {
    const againstPlain = await alternate(rounds, ours, () => load(world, plain.url, seconds))
    return [
      toFigure(
        {
          name: 'intake, 64 connections, against single-row inserts',
          unit: '/s',
          must: 0.65,
          better: 'higher',
          binding: true,
        },
        againstInserts,
      ),
      toFigure(
        {
          name: 'intake, against a plain transaction per request',
          unit: '/s',
          must: 5,
          better: 'higher',
          binding: true,
        },
        againstPlain,
      ),
    ]
  } finally {
    await plain.stop()
  }
}

/** Loads two servers in turn, after once that does not count. */
export async function loadInTurn(
  asking: World,
  open: World,
  { intakeRounds, seconds }: Effort,
): Promise<Round[]> {
  const ours = () => load(asking, asking.server.url, seconds / 2)
  const reference = () => load(open, open.server.url, seconds / 2)
  await alternate(1, ours, reference)
  return alternate(intakeRounds, ours, reference)
}

/** What it costs to ask callers who they are, and to note it. @param rounds with a server that does, and with one that does not */
export const toKeysFigure = (rounds: readonly Round[]): Figure =>
  toFigure(
    { name: 'intake with a key, against without', unit: '/s', must: 0.97, better: 'higher', binding: false },
    rounds,
  )

const INSERT_ROWS = `insert into bench_rows (id, name, version, release, platform_id, package, description, payload,
  success, event_receiver_id, created_at)
  select *, now() from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[],
    $8::json[], $9::boolean[], $10::text[])`

type Event = ReturnType<typeof buildEvent>

function toColumns(events: Event[]): unknown[] {
  const column = (pick: (event: Event) => unknown) => events.map(pick)
  return [
    events.map(() => crypto.randomUUID()),
    column((event) => event.name),
    column((event) => event.version),
    column((event) => event.release),
    column((event) => event.platform_id),
    column((event) => event.package),
    column((event) => event.description),
    column((event) => JSON.stringify(event.payload)),
    column((event) => event.success),
    column((event) => event.event_receiver_id),
  ]
}

const payload = { name: 'joe', padding: 'x'.repeat(PAYLOAD_BYTES) }

export async function measureSingle(world: World, { rounds, calls }: Effort): Promise<Figure> {
  const receiver = world.receivers[0] ?? ''
  const measured = await alternate(
    rounds,
    async () =>
      median(await timeEach(calls, () => world.api.create('/events', buildEvent(receiver, { payload })))),
    async () =>
      median(
        await timeEach(calls, () =>
          world.sql.query({
            name: 'insert_one',
            text: INSERT_ROWS,
            values: toColumns([buildEvent(receiver, { payload })]),
          }),
        ),
      ),
  )
  return toFigure(
    {
      name: 'POST /events at 1 connection, p50, against one insert',
      unit: 'ms',
      must: 2,
      better: 'lower',
      binding: false,
    },
    measured,
  )
}

export async function measureBatch(world: World, { rounds, calls }: Effort): Promise<Figure> {
  const events = () =>
    Array.from({ length: BATCH }, (_, index) =>
      buildEvent(world.receivers[index % world.receivers.length] ?? '', { payload }),
    )
  const batches = Math.max(5, Math.floor(calls / 10))
  const perSecond = (times: number[]) => (BATCH * 1_000) / median(times)
  const measured = await alternate(
    rounds,
    async () => perSecond(await timeEach(batches, () => world.api.post('/events/batch', events()))),
    async () =>
      perSecond(
        await timeEach(batches, () =>
          world.sql.query({ name: 'insert_many', text: INSERT_ROWS, values: toColumns(events()) }),
        ),
      ),
  )
  return toFigure(
    {
      name: 'POST /events/batch of 200, against a multi-row insert',
      unit: 'events/s',
      must: 0.5,
      better: 'higher',
      binding: false,
    },
    measured,
  )
}
