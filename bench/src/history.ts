import { buildEvent, buildNvrpp } from '@epr/testkit'
import { type Figure, median, toFigure } from './figure.js'
import { alternate, timeEach } from './rounds.js'
import type { World } from './world.js'

/** An artifact of which only the last receiver's success is awaited. */
interface Gate {
  name: string
  last: string
}

const RECORD = `select epr.record_events($1::jsonb, null, array[$2::text], '{}', '{}', '{}')`

/** Every receiver of the first group but the last has its success; the last one completes. */
async function prepareGate(world: World): Promise<Gate> {
  const { json } = await world.api.get(`/groups/${world.groups[0]}`)
  const members: string[] = json.data[0].event_receiver_ids
  const nvrpp = buildNvrpp({ version: '1', release: '1', platform_id: 'p', package: 'k' })
  for (const member of members) await world.api.create('/events', { ...buildEvent(member), ...nvrpp })
  return { name: nvrpp.name, last: members.at(-1) ?? '' }
}

async function decideOnce({ sql }: World, { name, last }: Gate): Promise<void> {
  const key = JSON.stringify([name, '1', '1', 'p', 'k'])
  const createdAt = new Date().toISOString()
  const event = [
    crypto.randomUUID(),
    key,
    name,
    '1',
    '1',
    'p',
    'k',
    'd',
    '{"name":"joe"}',
    true,
    last,
    createdAt,
    't',
  ]
  // Begin and rollback are the same few microseconds at every size.
  await sql.query('begin; set local search_path = epr')
  await sql.query({ name: 'record', text: RECORD, values: [JSON.stringify([event]), last] })
  await sql.query('rollback')
}

/** The gate's decision alone: record_events in a transaction that is rolled back; p50, milliseconds. */
async function timeGate(world: World, gate: Gate, calls: number): Promise<number> {
  return median(await timeEach(calls, () => decideOnce(world, gate)))
}

/** One write that completes a group of five; p50, milliseconds. */
async function timeWrite(world: World, { name, last }: Gate, calls: number): Promise<number> {
  const nvrpp = { name, version: '1', release: '1', platform_id: 'p', package: 'k' }
  return median(await timeEach(calls, () => world.api.create('/events', { ...buildEvent(last), ...nvrpp })))
}

/** Each round is made of so many short ones: a busy second of the machine then spoils those and not a fifth of all. */
const SHORT_ROUNDS = 5

/** Gate and write on a large history, held against the same on a small one in another database, in turn. */
export async function measureHistory(
  large: World,
  small: World,
  sizes: string,
  rounds: number,
  calls: number,
): Promise<Figure[]> {
  const count = rounds * SHORT_ROUNDS
  const each = Math.ceil(calls / SHORT_ROUNDS)
  const [largeGate, smallGate] = [await prepareGate(large), await prepareGate(small)]
  const gates = await alternate(
    count,
    () => timeGate(large, largeGate, each),
    () => timeGate(small, smallGate, each),
  )
  const writes = await alternate(
    count,
    () => timeWrite(large, largeGate, each),
    () => timeWrite(small, smallGate, each),
  )
  return [
    toFigure(
      { name: `gate decision at ${sizes}`, unit: 'ms', must: 1.3, better: 'lower', binding: true },
      gates,
    ),
    toFigure(
      { name: `whole write at ${sizes}`, unit: 'ms', must: 1.5, better: 'lower', binding: true },
      writes,
    ),
  ]
}
