import pg from 'pg'

/** The reference of intake: one prepared durable single-row insert after another on many connections. */
export interface InsertInput {
  config: pg.ClientConfig
  connections: number
  seconds: number
  payloadBytes: number
}

export interface InsertResult {
  perSecond: number
}

const INSERT = {
  name: 'bench_insert',
  text: `insert into bench_rows (id, name, version, release, platform_id, package, description, payload, success,
           event_receiver_id, created_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
}

const input = JSON.parse(process.argv[2] ?? '{}') as InsertInput
const payload = JSON.stringify({ name: 'joe', padding: 'x'.repeat(input.payloadBytes) })
const run = Math.random().toString(36).slice(2, 12)
let count = 0

const rowOf = (index: number): unknown[] => [
  `${run}${String(index).padStart(26 - run.length, '0')}`,
  `artifact-${run}-${Math.floor(index / 5)}`,
  '1.0.0',
  '2026.11',
  'linux-x64',
  'oci',
  'built by the bench',
  payload,
  true,
  '01HKX0J9KS8AASMRYX61458N41',
  '2026-11-23T00:00:00Z',
]

const clients = Array.from({ length: input.connections }, () => new pg.Client(input.config))
// Connected before the clock runs.
await Promise.all(clients.map((client) => client.connect()))
const startedAt = performance.now()
const until = startedAt + input.seconds * 1_000
await Promise.all(
  clients.map(async (client) => {
    while (performance.now() < until) await client.query(INSERT, rowOf(count++))
  }),
)
const seconds = (performance.now() - startedAt) / 1_000
await Promise.all(clients.map((client) => client.end()))
const output: InsertResult = { perSecond: count / seconds }
process.stdout.write(`${JSON.stringify(output)}\n`)
