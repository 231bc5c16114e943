import { createServer } from 'node:http'
import pg from 'pg'

/** The reference that intake must beat: HTTP, and a plain transaction of six round trips per request. */
const config = JSON.parse(process.argv[2] ?? '{}') as pg.ClientConfig
const pool = new pg.Pool({ ...config, max: 64 })
let count = 0

const id = (): string => `${Date.now().toString(32)}${(count++).toString(32)}`.padEnd(26, '0')

const query = (client: pg.PoolClient, name: string, text: string, values: unknown[]) =>
  client.query({ name, text, values })

async function record(body: Record<string, unknown>): Promise<string> {
  const client = await pool.connect()
  try {
    const event = id()
    await client.query('begin')
    await query(client, 'receiver', 'select id, schema from epr.event_receivers where id = $1', [
      body.event_receiver_id,
    ])
    await query(
      client,
      'insert',
      `insert into bench_rows (id, name, version, release, platform_id, package, description, payload, success,
         event_receiver_id, created_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, now())`,
      [
        event,
        body.name,
        body.version,
        body.release,
        body.platform_id,
        body.package,
        body.description,
        JSON.stringify(body.payload),
        body.success,
        body.event_receiver_id,
      ],
    )
    await query(
      client,
      'groups',
      `select g.id from epr.event_receiver_groups g
      join epr.event_receiver_group_members m on m.group_id = g.id where m.event_receiver_id = $1 and g.enabled`,
      [body.event_receiver_id],
    )
    await query(
      client,
      'latest',
      `select distinct on (event_receiver_id) event_receiver_id, success from bench_rows
      where name = $1 and version = $2 and release = $3 and platform_id = $4 and package = $5
      order by event_receiver_id, id desc`,
      [body.name, body.version, body.release, body.platform_id, body.package],
    )
    await client.query('commit')
    return event
  } finally {
    client.release()
  }
}

const server = createServer((request, response) => {
  // Whoever only connects before the clock runs.
  if (request.method !== 'POST') {
    response.writeHead(404).end()
    return
  }
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
