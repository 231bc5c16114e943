import { createHash } from 'node:crypto'
import { createServer } from 'node:http'
import pg from 'pg'

/**
 * The reference that intake must beat: the same job as one would first write it, with HTTP and a plain transaction for
 * each request, in seven round trips, and a row for each message. It checks no payload and takes no lock.
 */
const config = JSON.parse(process.argv[2] ?? '{}') as pg.ClientConfig
const pool = new pg.Pool({ ...config, options: '-c search_path=epr,public', max: 64 })
let count = 0

const id = (): string => `${Date.now().toString(32)}${(count++).toString(32)}`.padEnd(26, '0')

interface Body {
  name: string
  version: string
  release: string
  platform_id: string
  package: string
  description: string
  payload: unknown
  success: boolean
  event_receiver_id: string
}

const nvrppOf = (body: Body): Buffer =>
  createHash('sha256')
    .update(JSON.stringify([body.name, body.version, body.release, body.platform_id, body.package]))
    .digest()

const INSERT_EVENT = `insert into events (id, nvrpp, name, version, release, platform_id, package, description, payload,
  payload_bytes, success, event_receiver_id, created_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, now())`

const INSERT_MESSAGE = `insert into bench_messages (kind, type, event_id, event_receiver_id) values ('event', $1, $2, $3)`

const SELECT_GROUPS = `select g.id, g.type, g.enabled, g.updated_at, array_agg(other.event_receiver_id) as members
  from event_receiver_group_members m
  join event_receiver_groups g on g.id = m.group_id and g.enabled
  join event_receiver_group_members other on other.group_id = g.id
  where m.event_receiver_id = $1 group by g.id`

const SELECT_LATEST = `select distinct on (event_receiver_id) event_receiver_id, success from events
  where nvrpp = $1 order by event_receiver_id, seq desc`

const INSERT_COMPLETION = `insert into bench_messages (kind, type, event_id, group_id, group_enabled, group_updated_at)
  values ('complete', $1, $2, $3, $4, $5)`

async function record(body: Body): Promise<string> {
  const client = await pool.connect()
  try {
    const event = id()
    const nvrpp = nvrppOf(body)
    const payload = JSON.stringify(body.payload)
    await client.query('begin')
    const receivers = await client.query('select id, type, schema from event_receivers where id = $1', [
      body.event_receiver_id,
    ])
    await client.query(INSERT_EVENT, [
      event,
      nvrpp,
      body.name,
      body.version,
      body.release,
      body.platform_id,
      body.package,
      body.description,
      payload,
      payload.length,
      body.success,
      body.event_receiver_id,
    ])
    await client.query(INSERT_MESSAGE, [receivers.rows[0].type, event, body.event_receiver_id])
    const groups = await client.query(SELECT_GROUPS, [body.event_receiver_id])
    const latest = await client.query(SELECT_LATEST, [nvrpp])
    const passed = new Set(latest.rows.filter((row) => row.success).map((row) => row.event_receiver_id))
    for (const group of groups.rows) {
      if (!group.members.every((member: string) => passed.has(member))) continue
      await client.query(INSERT_COMPLETION, [group.type, event, group.id, group.enabled, group.updated_at])
    }
    await client.query('commit')
    return event
  } finally {
    client.release()
  }
}

const server = createServer((request, response) => {
  const chunks: Buffer[] = []
  request.on('data', (chunk: Buffer) => chunks.push(chunk))
  request.on('end', () => {
    record(JSON.parse(Buffer.concat(chunks).toString())).then(
      (event) => response.setHeader('content-type', 'application/json').end(JSON.stringify({ data: event })),
      (error: Error) => response.writeHead(500).end(error.message),
    )
  })
})
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as { port: number }
  process.stdout.write(`http://127.0.0.1:${port}\n`)
})
process.on('SIGTERM', () => {
  server.close()
  server.closeAllConnections()
  void pool.end()
})
