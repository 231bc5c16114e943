import { DELIVERY_METRICS, fromJsonText, type JsonText } from '@epr/model'
import { afterAll, beforeAll, expect, it } from 'vitest'
import {
  selectArtifactEvents,
  selectArtifacts,
  selectCalled,
  selectGroupsOf,
  selectNamesakes,
} from '../src/storage/artifacts.js'
import { selectComponents, selectHolders, selectUnread } from '../src/storage/components.js'
import type { Connection, Database } from '../src/storage/database.js'
import { selectByFingerprint, selectDefinitionsLike } from '../src/storage/definition-search.js'
import {
  selectDeliveryDays,
  selectDeliveryEvents,
  selectDeployments,
  selectFailures,
  selectGateNames,
} from '../src/storage/delivery.js'
import { selectEvents } from '../src/storage/events.js'
import {
  countGates,
  selectCells,
  selectGates,
  selectNamedGates,
  selectSeen,
} from '../src/storage/gate-artifacts.js'
import {
  selectCursorBefore,
  selectCursorOfTail,
  selectMessages,
  selectSummaries,
} from '../src/storage/messages.js'
import { selectDatabaseFacts } from '../src/storage/operations.js'
import { beginProjection, projectHistory, selectProjectionLag } from '../src/storage/projections.js'
import { selectRefusals } from '../src/storage/refusals.js'
import { selectStuck, selectUsage } from '../src/storage/usage.js'
import { selectWatchers } from '../src/storage/watchers.js'
import { createTestDatabase, type TestDatabase } from './support/test-database.js'

/** What is as large as its registry is old: nothing that is asked often may read it from end to end. */
const LARGE = [
  'events',
  'outbox',
  'artifacts',
  'gates',
  'components',
  'component_keys',
  'sboms',
  'delivery_facts',
  'delivery_waits',
]
const EVENTS = 20_000

interface Plan {
  'Node Type': string
  'Relation Name'?: string
  Plans?: Plan[]
}

let test: TestDatabase
let database: Database
beforeAll(async () => {
  test = await createTestDatabase()
  database = test.connect()
  await fill(database)
})
afterAll(() => test.drop())

/** Events at 20 receivers, in commits of ten, some of which complete a group. */
async function fill(connection: Connection): Promise<void> {
  await connection.query(`insert into event_receivers
    select 'R' || n, 'receiver ' || n, 't' || n, '1', 'd', '{}', 'f', now() from generate_series(1, 20) n`)
  await connection.query(
    `insert into event_receiver_groups values ('G1', 'g', 'g', '1', 'd', true, now(), now())`,
  )
  await connection.query(
    `insert into events (id, nvrpp, name, version, release, platform_id, package, description, payload, payload_bytes,
                         success, event_receiver_id, created_at)
     select 'E' || lpad(n::text, 8, '0'), sha256(n::text::bytea), 'name ' || n % 100, 'v', 'r', 'p', 'k', 'd', '{}', 2,
            n % 7 > 0, 'R' || n % 20 + 1, now() - n * interval '1 s'
     from generate_series(1, $1::int) n`,
    [EVENTS],
  )
  await connection.query(
    `insert into outbox (kind, size, types, event_ids, group_ids, first_cursor, numbered_at)
     select 'events', 10, array_fill('t'::text, array[10]), array_agg('E' || lpad(n::text, 8, '0') order by n),
            array_agg(case when n % 10 = 9 then 'G1' end order by n), min(n), now()
     from generate_series(1, $1::int) n group by (n - 1) / 10`,
    [EVENTS],
  )
  await connection.query(
    `insert into event_receiver_group_members select 'G1', 'R' || n, n, '{}' from generate_series(1, 5) n`,
  )
  await beginProjection(connection)
  while ((await projectHistory(connection, 1_000)) > 0);
  await connection.query(
    `insert into components (key, name, version, purl, package, full_name, plain_name)
     select text_key(n::text), 'g/lib-' || n % 900, '1.' || n, 'p', 'npm/g/lib-' || n % 900, 'g/lib-' || n % 900, 'lib-' || n % 900
     from generate_series(1, 9000) n`,
  )
  await connection.query(
    'insert into component_keys select text_key(n::text), n from generate_series(1, 9000) n',
  )
  await connection.query(
    `insert into sboms (artifact, event_receiver_id, seq, event_id, components)
     select n, 'R1', n, 'E' || lpad(n::text, 8, '0'), array(select 1 + (n * 31 + i * 37) % 9000 from generate_series(1, 20) i)
     from generate_series(1, $1::int) n`,
    [EVENTS],
  )
  await connection.query(
    `insert into delivery_facts (seq, event_id, kind, at, artifact, name, environment, run, changed_at, changed_by, ended_at)
     select n, 'E' || n, case when n % 10 = 0 then 'failure' else 'deployment' end::delivery_kind, now() - n * interval '1 h', n,
            'name ' || n % 100, 'production', n, now() - n * interval '1 h' - interval '1 d', 'C' || n,
            case when n % 10 = 0 then now() end
     from generate_series(1, $1::int) n`,
    [EVENTS],
  )
  await connection.query(
    `insert into delivery_waits select n, 1, now() - n * interval '1 h', now() from generate_series(1, $1::int) n`,
    [EVENTS],
  )
  await connection.query('analyze')
}

const nodesOf = (plan: Plan): Plan[] => [plan, ...(plan.Plans ?? []).flatMap(nodesOf)]

/** The large tables that what is asked in `work` reads from end to end. */
async function scannedBy(work: (connection: Connection) => Promise<unknown>): Promise<string[]> {
  const scanned: string[] = []
  let asked = 0
  await work({
    async query(statement, values) {
      asked++
      const text = typeof statement === 'string' ? statement : statement.text
      const [row] = await database.query<{ 'QUERY PLAN': JsonText }>(`explain (format json) ${text}`, values)
      if (!row) throw new Error('explain gave no plan')
      const [{ Plan: plan }] = JSON.parse(fromJsonText(row['QUERY PLAN'])) as [{ Plan: Plan }]
      for (const node of nodesOf(plan))
        if (node['Node Type'] === 'Seq Scan' && LARGE.includes(node['Relation Name'] ?? ''))
          scanned.push(`${node['Relation Name']}: ${text}`)
      return database.query(statement, values)
    },
  })
  expect(asked).toBeGreaterThan(0)
  return scanned
}

const deliveries = {
  from: new Date(Date.now() - 7 * 86_400_000).toISOString(),
  to: new Date().toISOString(),
  name: undefined,
  environment: undefined,
}
const artifactPage = { name: undefined, version: undefined, after: undefined, limit: 50 }
const gatePage = {
  groupId: 'G1',
  states: ['open', 'failed', 'missing'] as const,
  order: 'recent' as const,
  after: undefined,
  limit: 50,
}
const span = { after: '10000', limit: 500 }

it.each<[string, (connection: Connection) => Promise<unknown>]>([
  ['the feed', (connection) => selectMessages(connection, span)],
  ['the feed by a type', (connection) => selectMessages(connection, { ...span, type: 't' })],
  ['the feed by a kind', (connection) => selectMessages(connection, { ...span, kind: 'complete' })],
  ['the feed by a receiver', (connection) => selectMessages(connection, { ...span, receiver: 'R3' })],
  ['summaries', (connection) => selectSummaries(connection, span)],
  ['summaries by a group', (connection) => selectSummaries(connection, { ...span, group: 'G1' })],
  [
    'summaries by a name',
    (connection) => selectSummaries(connection, { ...span, name: 'name 1*', success: false }),
  ],
  [
    'the payloads that a schema is tried on',
    (connection) =>
      selectEvents(
        connection,
        {
          filter: { event_receiver_id: 'R3' },
          page: { limit: 500, order: 'desc' },
          fields: ['id', 'payload'],
        },
        8 * 1024 * 1024,
      ),
  ],
  ['the artifacts of a gate', (connection) => selectGates(connection, gatePage)],
  [
    'those that wait, on a later page',
    (connection) => {
      const after = { since: '2026-11-01T00:00:00Z', artifact: '9' }
      return selectGates(connection, { ...gatePage, order: 'waiting', after })
    },
  ],
  [
    'those of a name',
    (connection) => selectNamedGates(connection, gatePage, { text: 'name 1', isPrefix: false }),
  ],
  [
    'those whose name begins so',
    (connection) => selectNamedGates(connection, gatePage, { text: 'name 1', isPrefix: true }),
  ],
  [
    'superseded ones too',
    (connection) => selectSeen(connection, { groupId: 'G1', top: undefined, before: 'E00019000', limit: 50 }),
  ],
  [
    'where artifacts stand',
    async (connection) => {
      const [row] = await database.query<{ nvrpp: Buffer }>('select nvrpp from events limit 1')
      return selectCells(connection, 'G1', row ? [{ ...row, last_seq: '9000000' }] : [], undefined)
    },
  ],
  ['artifacts', (connection) => selectArtifacts(connection, artifactPage)],
  [
    'artifacts whose name begins so',
    (connection) =>
      selectArtifacts(connection, { ...artifactPage, name: { text: 'name 1', isPrefix: true } }),
  ],
  [
    'artifacts of a name',
    (connection) =>
      selectArtifacts(connection, { ...artifactPage, name: { text: 'name 1', isPrefix: false } }),
  ],
  [
    'the events of an artifact',
    async (connection) => {
      const [row] = await database.query<{ nvrpp: Buffer }>('select nvrpp from events limit 1')
      return selectArtifactEvents(connection, row?.nvrpp ?? Buffer.alloc(0), 1_000)
    },
  ],
  ['what receivers get', (connection) => selectUsage(connection, { days: 30, after: undefined, limit: 100 })],
  ['gates that nobody can pass', (connection) => selectStuck(connection, 30)],
  ['the groups of receivers', (connection) => selectGroupsOf(connection, ['R1', 'R9'])],
  [
    'components of a package',
    (connection) => selectComponents(connection, { by: 'package', purl: 'pkg:npm/g/lib-7' }, 9),
  ],
  [
    'components of a CPE',
    (connection) => selectComponents(connection, { by: 'cpe', cpe: 'cpe:/a:g:lib-7' }, 9),
  ],
  [
    'components of a hash',
    (connection) => selectComponents(connection, { by: 'hash', hash: 'a'.repeat(64) }, 9),
  ],
  [
    'components of a name',
    (connection) => selectComponents(connection, { by: 'name', name: 'lib-7', versions: ['1.7', 'v1.7'] }, 9),
  ],
  [
    'components of a name with its group',
    (connection) => selectComponents(connection, { by: 'name', name: 'g/lib-7', versions: undefined }, 9),
  ],
  [
    'components whose name begins so',
    (connection) => selectComponents(connection, { by: 'prefix', prefix: 'g/lib-77' }, 9),
  ],
  [
    'who has components',
    (connection) => selectHolders(connection, { nums: [1, 77], after: undefined, limit: 50 }),
  ],
  [
    'who has them, on a later page',
    (connection) => selectHolders(connection, { nums: [1, 77], after: 'E00009000', limit: 50 }),
  ],
  ['SBOMs that are not searched', (connection) => selectUnread(connection)],
  [
    'days with deployments',
    (connection) => selectDeliveryDays(connection, { from: Date.now() - 1e8, to: Date.now() }),
  ],
  ['deployments of a day', (connection) => selectDeployments(connection, [deliveries.from.slice(0, 10)])],
  ['failures', (connection) => selectFailures(connection, deliveries, [deliveries.from])],
  ['gates by their numbers', (connection) => selectGateNames(connection, [1, 2])],
  ...DELIVERY_METRICS.map((metric): [string, (connection: Connection) => Promise<unknown>] => [
    `the events of ${metric}`,
    (connection) =>
      selectDeliveryEvents(connection, metric, deliveries, { after: undefined, group: undefined, limit: 50 }),
  ]),
  ['how many there are', (connection) => countGates(connection, 'G1')],
  ['how far projections are behind', (connection) => selectProjectionLag(connection)],
  ['operations', (connection) => selectDatabaseFacts(connection)],
  ['refusals', (connection) => selectRefusals(connection, 'R1', 24)],
  ['watchers', (connection) => selectWatchers(connection)],
  [
    'what has an id',
    (connection) => {
      const page = { limit: 1, order: 'desc' } as const
      return selectEvents(connection, { filter: { id: 'E00000009' }, page, fields: ['id', 'name'] }, 1)
    },
  ],
  [
    'artifacts that are called so, in one version',
    (connection) => selectCalled(connection, { name: 'name 1', version: 'v' }, 11),
  ],
  ['one artifact of each name that begins so', (connection) => selectNamesakes(connection, 'name', 11)],
  ['receivers by a part', (connection) => selectDefinitionsLike(connection, 'receiver', 'Ceiver', 11)],
  ['groups by a part', (connection) => selectDefinitionsLike(connection, 'group', 'g@1', 11)],
  ['receivers by a fingerprint', (connection) => selectByFingerprint(connection, 'f', 11)],
  ['a message of the feed', (connection) => selectSummaries(connection, { after: '776', limit: 1 })],
  [
    'a moment in the feed',
    (connection) => selectCursorBefore(connection, new Date(Date.now() - 60_000).toISOString()),
  ],
  ['the end of the feed', (connection) => selectCursorOfTail(connection, 200)],
])('reads no large table from end to end for %s', async (_, work) => {
  expect(await scannedBy(work)).toEqual([])
})

it('gives a thousand summaries at once', async () => {
  const { messages, next } = await selectSummaries(database, { ...span, limit: 1_000 })
  expect([messages.length, next]).toEqual([1_000, '11000'])
})

it('sees a table that is read from end to end', async () => {
  expect(
    await scannedBy((connection) => connection.query('select sum(payload_bytes) from events')),
  ).toHaveLength(1)
})
