import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { toJsonText } from '@epr/model'
import {
  buildGroup,
  buildReceiver,
  DELIVERY_HISTORY,
  DELIVERY_SPAN,
  DELIVERY_TYPES,
  type ToldDelivery,
  waitFor,
} from '@epr/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createIdentities } from '../src/registry/identity.js'
import { insertEvents } from '../src/storage/events.js'
import { startTestApp, type TestApp } from './support/test-app.js'

const HOUR = 3_600_000
const CLI = fileURLToPath(new URL('../../cli/bin/epr-cli.mjs', import.meta.url))
const execFileAsync = promisify(execFile)

/** What people are shown of it: weeks, all of it, and the gate. */
const SHOWN = [
  'production 5, staging 1',
  '│ 2026-08-03 │ 2 │ 3h 30m (3h 54m) n=2 │ 0.0 % (0 of 2) │ 1h (1h) n=1 │',
  '│ 2026-08-17 │ 0 │ no data │ no data │ no data │',
  '│ 2026-10-26 │ 0 │ no data │ no data │ no data, 2 open │',
  '│ all │ 6 │ 3h 30m (5h 24m) n=4 │ 50.0 % (3 of 6) │ 1h (2h 36m) n=3, 2 open │',
  '│ release@1.0.0 │ 1h (1h 48m) n=3, 1 never open │',
]

let test: TestApp
let gate: string
const receivers = new Map<string, string>()
const ids = new Map<string, string>()
const nextIdentity = createIdentities()

const keyOf = ([time, kind]: ToldDelivery): string => `${time} ${kind}`

async function recordHistory(): Promise<void> {
  const events = DELIVERY_HISTORY.map((told) => {
    const [time, kind, artifact, { success = true, environment = 'production', incident = 'shop' } = {}] =
      told
    const [name = '', version = ''] = artifact.split(' ')
    const { id } = nextIdentity()
    ids.set(keyOf(told), id)
    return {
      id,
      created_at: `2026-${time}:00Z`,
      ...{ name, version, release: '1', platform_id: 'linux', package: 'oci' },
      ...{ type: 't', description: 'd', success, event_receiver_id: receivers.get(kind) ?? '' },
      payload: toJsonText(
        JSON.stringify({ subject: { id: incident, content: { environment: { id: environment } } } }),
      ),
    }
  })
  await insertEvents(
    test.database.connect(1),
    events.map((event) => ({ events: [event] })),
  )
}

const ask = async (query: Record<string, string> = {}) =>
  (await test.api.get(`/delivery?${new URLSearchParams({ ...DELIVERY_SPAN, ...query })}`)).json.data
const drill = (query: Record<string, string>) =>
  test.api.get(
    `/delivery/events?${new URLSearchParams({ from: DELIVERY_SPAN.from, to: DELIVERY_SPAN.to, ...query })}`,
  )

beforeAll(async () => {
  test = await startTestApp()
  const create = async (name: string, type: string) =>
    receivers.set(name, await test.api.create('/receivers', buildReceiver({ name, type })))
  for (const name of ['built', 'scanned']) await create(name, `shop.${name}`)
  const members = ['built', 'scanned'].map((name) => receivers.get(name) ?? '')
  gate = await test.api.create('/groups', buildGroup(members, { name: 'release' }))
  await test.database.connect(1).query("update event_receiver_groups set created_at = '2026-01-01'")
})
afterAll(() => test.close())

describe('the delivery', () => {
  it('is no data, and never 0, and says why', async () => {
    const nothing = await ask()
    expect(nothing).toMatchObject({
      no_data: expect.stringMatching(/^no receiver is a deployment by these rules: /),
      total: { deployments: null, lead_time: { n: 0, median_ms: null }, change_failures: { rate: null } },
      buckets: [],
      rules: { version: 0, actor: null },
    })
    for (const [name, type] of Object.entries(DELIVERY_TYPES))
      receivers.set(name, await test.api.create('/receivers', buildReceiver({ name, type })))
    await waitFor('the receivers', async () => /^nothing was deployed from/.test((await ask()).no_data))
  })

  it('of 90 days is what a hand works out', async () => {
    await recordHistory()
    await waitFor('the last of it', async () => (await ask()).total.restore.open === 2)
    const { total, waiting, environments, no_data } = await ask()
    expect(total).toEqual({
      deployments: 6,
      lead_time: { n: 4, median_ms: 3.5 * HOUR, p90_ms: 5.4 * HOUR, merged: 2 },
      change_failures: { failed: 3, rate: 0.5 },
      restore: { n: 3, median_ms: HOUR, p90_ms: 2.6 * HOUR, open: 2, unattributed: 1 },
    })
    expect(waiting).toEqual([
      {
        group_id: gate,
        group_name: 'release',
        group_version: expect.any(String),
        n: 3,
        median_ms: HOUR,
        p90_ms: 1.8 * HOUR,
        never_open: 1,
      },
    ])
    expect(environments).toEqual([
      { environment: 'production', deployments: 5 },
      { environment: 'staging', deployments: 1 },
    ])
    expect(no_data).toBeNull()
  })

  it('is the same from the command line, to the digit', async () => {
    const { from, to, time_zone } = DELIVERY_SPAN
    const args = ['delivery', '--from', from, '--to', to, '--time-zone', time_zone, '--url', test.api.baseUrl]
    const { stdout } = await execFileAsync(process.execPath, [CLI, ...args, '-o', 'json'])
    expect(JSON.parse(stdout)).toEqual(await ask())
    const shown = await execFileAsync(process.execPath, [CLI, ...args, '-o', 'table'])
    for (const row of SHOWN) expect(shown.stdout.replace(/ +/g, ' ')).toContain(row)
  })

  it('of one environment leaves out the others, and so does that of a name', async () => {
    const { total } = await ask({ environment: 'production' })
    expect([total.deployments, total.lead_time]).toEqual([
      5,
      { n: 3, median_ms: 4 * HOUR, p90_ms: 5.6 * HOUR, merged: 1 },
    ])
    expect((await ask({ name: 'cart' })).total).toMatchObject({
      deployments: null,
      restore: { n: 1, unattributed: 1 },
    })
    expect((await ask({ name: 'sh*' })).total).toMatchObject({
      deployments: 6,
      restore: { n: 2, unattributed: 0 },
    })
  })

  it('begins its weeks where people live, also when a day has 25 hours', async () => {
    const { buckets } = await ask()
    expect(buckets[0]).toMatchObject({ start: '2026-07-26T22:00:00Z', deployments: 0 })
    expect(buckets.slice(-2)).toMatchObject([
      { start: '2026-10-18T22:00:00Z', deployments: 1, change_failures: { failed: 1, rate: 1 } },
      {
        start: '2026-10-25T23:00:00Z',
        deployments: 0,
        change_failures: { failed: 0, rate: null },
        restore: { open: 2 },
      },
    ])
    const days = (await ask({ bucket: 'day', from: '2026-10-24T22:00:00Z' })).buckets
    expect(days.slice(0, 2)).toMatchObject([
      { start: '2026-10-24T22:00:00Z', deployments: 1 },
      { start: '2026-10-25T23:00:00Z', deployments: 0 },
    ])
    expect(
      (await ask({ time_zone: 'UTC', bucket: 'month' })).buckets.map(
        ({ deployments }: { deployments: number }) => deployments,
      ),
    ).toEqual([0, 4, 1, 1])
  })

  it.each([
    ['deployments', 6],
    ['lead_time', 4],
    ['change_failures', 3],
    ['restore', 5],
    ['waiting', 4],
  ])('shows the events of %s', async (metric, count) => {
    const { data, next } = (await drill({ metric })).json
    expect([data.length, next]).toEqual([count, null])
    for (const { event_id } of data) expect([...ids.values()]).toContain(event_id)
    const first = (await drill({ metric, limit: '1' })).json
    expect(first.data).toEqual(data.slice(0, 1))
    const second = (await drill({ metric, limit: '1', after: first.next })).json
    expect(second.data).toEqual(data.slice(1, 2))
  })

  it('names both events of a span', async () => {
    const leads = (await drill({ metric: 'lead_time', environment: 'production' })).json.data
    expect(leads.at(-1)).toMatchObject({
      event_id: ids.get('08-03T12:00 deployed'),
      other_event_id: ids.get('08-03T08:00 merged'),
      ms: 4 * HOUR,
      name: 'shop',
      version: '1',
    })
    const failures = (await drill({ metric: 'restore', name: 'shop' })).json.data
    expect(
      failures.map(({ event_id, other_event_id, ms }: Record<string, unknown>) => [
        event_id,
        other_event_id,
        ms,
      ]),
    ).toEqual([
      [ids.get('10-27T10:00 deployed'), null, null],
      [ids.get('10-26T10:00 detected'), null, null],
      [ids.get('09-08T09:00 detected'), ids.get('09-08T12:00 resolved'), 3 * HOUR],
      [ids.get('08-10T15:00 rolledback'), ids.get('08-10T15:30 deployed'), HOUR / 2],
    ])
    const failed = (await drill({ metric: 'change_failures' })).json.data
    expect(failed.at(-1)).toMatchObject({
      event_id: ids.get('08-10T14:00 deployed'),
      other_event_id: ids.get('08-10T15:00 rolledback'),
    })
  })

  it('goes by rules that are only added to, and by them anew', async () => {
    const { rules } = (await ask()).rules
    const answer = await test.api.put('/delivery/rules', { ...rules, deployment: ['shop.built'] })
    expect(answer.json.data).toMatchObject({ version: 1, rules: { deployment: ['shop.built'] } })
    await waitFor('the new rules', async () => (await ask()).total.deployments === 3)
    // Some of their types no receiver has: they were good before.
    expect((await test.api.put('/delivery/rules', rules)).status).toBe(200)
    await waitFor('the old ones again', async () => (await ask()).total.restore.open === 2)
    const kept = (await test.api.get('/delivery/rules')).json.data
    expect(kept.map(({ version }: { version: number }) => version)).toEqual([2, 1, 0])
  })

  it.each([
    ['from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z', 'from must be before to'],
    [
      'time_zone=Middle/Earth',
      'time_zone: "Middle/Earth" is none that is known: write one like Europe/Berlin',
    ],
    [
      'bucket=day&from=2020-01-01T00:00:00Z',
      expect.stringMatching(/times a day is too much at once: at most 400/),
    ],
    ['bucket=year', 'bucket must be day, week or month'],
  ])('refuses %s', async (query, message) => {
    const answer = await test.api.get(`/delivery?${query}`)
    expect([answer.status, answer.json.error.message]).toEqual([400, message])
  })

  it('says of rules that are not whole what they are like', async () => {
    const answer = await test.api.put('/delivery/rules', { deployment: ['shop.built'] })
    expect(answer.status).toBe(400)
    expect(answer.json.error.details).toContain(
      'change must be like ["shop.deployed"]: GET /delivery/rules has the ones that hold',
    )
  })

  it('refuses rules that nothing meets', async () => {
    const { rules } = (await ask()).rules
    const answer = await test.api.put('/delivery/rules', { ...rules, deployment: ['shop.deployt'] })
    expect([answer.status, answer.json.error.message]).toEqual([
      400,
      'no receiver has the type "shop.deployt": create it first, or leave it out',
    ])
  })
})
