import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm, symlink, unlink, writeFile } from 'node:fs/promises'
import { get as httpsGet } from 'node:https'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { startEmbeddedPostgres } from '@epr/embedded-postgres'
import {
  buildEvent,
  buildGroup,
  buildReceiver,
  createApi,
  readFeed,
  runServer,
  startServer,
  startTestServer,
  waitFor,
} from '@epr/testkit'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { COMPLETIONS } from './support/gate-world.js'
import { createTestDatabase } from './support/test-database.js'

let directory: string
/** Undone after the test, the last first, before the directory goes. */
const cleanups: (() => unknown)[] = []
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'epr-server-'))
})
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
  await rm(directory, { recursive: true, force: true })
})

const run = promisify(execFile)

const silent = { info() {}, warn() {}, error() {} }

/** Beside the log one line on stderr, without a stack trace. */
function expectOneLine(stderr: string): void {
  const lines = stderr
    .trim()
    .split('\n')
    .filter((line) => !/^\[.*\] (INFO|WARN)/.test(line))
  expect(lines).toEqual([expect.stringMatching(/^epr-server: /)])
}

describe('epr-server', () => {
  it.each([24, 64])('that may open %i files only says so in one line', async (limit) => {
    const bin = new URL('../bin/epr-server.mjs', import.meta.url).pathname
    const command = `ulimit -n ${limit}; exec "${process.execPath}" "${bin}" --port 0 --db "${directory}/data"`
    const { code, stderr } = await run('sh', ['-c', command]).catch((error) => error)
    expect(code).toBe(1)
    expectOneLine(stderr)
    expect(stderr).toContain('too many open files')
  })

  it('starts on an empty directory, says where it listens, keeps data over a restart and stops with 0', async () => {
    const first = await startServer({ args: ['--db', join(directory, 'data')] })
    const id = await createApi(first.url).create('/receivers', buildReceiver())
    expect(first.output().stdout).toBe(`EPR listening on ${first.url}\n`)
    expect(first.output().stderr).toContain(
      `data: embedded PostgreSQL in ${join(directory, 'data')}; messages: feed only`,
    )
    expect(await first.stop('SIGTERM')).toBe(0)
    const second = await startServer({ args: ['--db', join(directory, 'data')] })
    expect((await createApi(second.url).get(`/receivers/${id}`)).status).toBe(200)
    expect(await second.stop('SIGINT')).toBe(0)
  })

  it('logs lines of JSON when asked, a failure with the request id that its client got and without secrets', async () => {
    const postgres = await startEmbeddedPostgres({ directory: join(directory, 'data'), log: silent })
    cleanups.push(() => postgres.stop())
    const { host, port } = postgres.connection
    const url = `postgres://postgres:secret@/postgres?host=${encodeURIComponent(host)}&port=${port}`
    const server = await startServer({ args: ['--db', url, '--json-logging'] })
    cleanups.push(() => server.stop())
    await postgres.stop()
    const { status, json } = await createApi(server.url).get('/events')
    expect(status).toBe(503)
    const logged = () =>
      server
        .output()
        .stderr.trim()
        .split('\n')
        .map((line) => JSON.parse(line))
    await waitFor('the failure in the log', () =>
      logged().some(({ request_id }) => request_id === json.error.request_id),
    )
    expect(server.output().stderr).not.toContain('secret')
  })

  it('listens on both loopback addresses', async () => {
    const server = await startTestServer()
    cleanups.push(() => server.close())
    const { port } = new URL(server.url)
    for (const host of ['127.0.0.1', 'localhost', '[::1]']) {
      expect((await fetch(`http://${host}:${port}/healthz/readiness`)).status).toBe(200)
    }
  })

  it.each([
    ['an unknown flag', ['--prot', '1']],
    ['a port that is none', ['--port', 'x']],
    ['another database', ['--db', 'mysql://localhost/x']],
    ['half of TLS', ['--tls-cert', 'cert.pem']],
    ['a config file that is not there', ['--config', '/nowhere/epr.yaml']],
    ['a duration that is none', ['--message-retention', '7 days']],
  ])('ends with 2 and one line for %s', async (_, args) => {
    const { code, stderr, stdout } = await runServer({ args })
    expect([code, stdout]).toEqual([2, ''])
    expect(stderr).not.toMatch(/^\s+at /m)
  })

  it('suggests the flag that was meant', async () => {
    expect((await runServer({ args: ['--prot', '1'] })).stderr).toContain('--port')
  })

  it('prints its version and its help on stdout', async () => {
    expect(await runServer({ args: ['--version'] })).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^\d+\.\d+\.\d+/),
    })
    expect(await runServer({ args: ['--help'] })).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('EPR_DB'),
    })
  })

  it('is not disturbed by variables that libraries read, nor by empty ones', async () => {
    const env = {
      PGSSLMODE: 'require',
      PGOPTIONS: '-c default_transaction_read_only=on',
      PGCLIENTENCODING: 'LATIN1',
      PGHOST: 'db.example',
      PGDATA: '/nowhere',
      PGTZ: 'Nowhere/Else',
      NODE_PG_FORCE_NATIVE: '1',
      LC_ALL: 'xx_XX',
      TZ: 'Nowhere/Else',
      EPR_HOST: '',
      EPR_PORT: '0',
      EPR_TOPIC: '',
      EPR_MAX_BODY_BYTES: '',
    }
    const server = await startServer({ args: ['--db', join(directory, 'data')], env })
    cleanups.push(() => server.stop())
    const receiver = buildReceiver({ description: 'é…🚀' })
    const id = await createApi(server.url).create('/receivers', receiver)
    expect((await createApi(server.url).get(`/receivers/${id}`)).json.data).toMatchObject([receiver])
    expect(server.url).toMatch(/^http:\/\/localhost:/)
  })

  it('ends with one line when nothing answers at --db', async () => {
    const { code, stderr } = await runServer({ args: ['--db', 'postgres://u:secret@127.0.0.1:1/x'] })
    expect(code).toBe(1)
    expectOneLine(stderr)
    expect(stderr).not.toContain('secret')
  })

  it('ends with one line when --db names a database that is not there', async () => {
    const database = await createTestDatabase()
    cleanups.push(() => database.drop())
    const { code, stderr } = await runServer({
      args: ['--db', database.url.replace('epr_test_', 'epr_absent_')],
    })
    expect(code).toBe(1)
    expectOneLine(stderr)
  })

  it('ends with one line when the port is taken, before a database is made', async () => {
    const taken = createServer().listen(0, '127.0.0.1')
    cleanups.push(() => void taken.close())
    await waitFor('the port', () => taken.listening)
    const { port } = taken.address() as { port: number }
    const data = join(directory, 'data')
    const { code, stderr } = await runServer({ args: ['--db', data, '--port', String(port)] })
    expect(code).toBe(2)
    expectOneLine(stderr)
    expect(stderr).toContain(String(port))
    expect(existsSync(data)).toBe(false)
  })

  it('refuses a directory that another server uses, and names that server', async () => {
    const owner = await startServer({ args: ['--db', directory] })
    cleanups.push(async () => void (await owner.stop()))
    const { code, stderr } = await runServer({ args: ['--db', directory, '--port', '0'] })
    expect(code).toBe(1)
    expectOneLine(stderr)
    expect(stderr).toContain(String(owner.process.pid))
  })

  it('refuses a directory that holds something else', async () => {
    await writeFile(join(directory, 'thesis.txt'), 'important')
    const { code, stderr } = await runServer({ args: ['--db', directory, '--port', '0'] })
    expect(code).toBe(2)
    expectOneLine(stderr)
  })

  it('completes each gate once when two servers on one database race', { timeout: 60_000 }, async () => {
    const database = await createTestDatabase()
    cleanups.push(() => database.drop())
    const servers = await Promise.all([0, 1].map(() => startServer({ args: ['--db', database.url] })))
    cleanups.push(async () => void (await Promise.all(servers.map((server) => server.stop()))))
    const apis = servers.map(({ url }) => createApi(url))
    const [first, second] = apis
    if (!first || !second) throw new Error('two servers were started')
    const receivers = [
      await first.create('/receivers', buildReceiver()),
      await first.create('/receivers', buildReceiver()),
    ]
    await first.create('/groups', buildGroup(receivers))
    const pairs = 1_000
    const post = async (index: number) => {
      const event = buildEvent('')
      await Promise.all(
        [first, second].map((api, side) =>
          api.create('/events', { ...event, event_receiver_id: receivers[(side + index) % 2] }),
        ),
      )
    }
    for (let start = 0; start < pairs; start += 25) {
      await Promise.all(Array.from({ length: 25 }, (_, index) => post(start + index)))
    }
    const [row] = await database.connect().query<{ completions: number; artifacts: number }>(
      `select count(*)::int as completions, count(distinct e.nvrpp)::int as artifacts
       from ${COMPLETIONS} as c join events e on e.id = c.event_id`,
    )
    expect(row).toEqual({ completions: pairs, artifacts: pairs })
    // And the feed has given every message one place, whoever wrote it.
    const numbered = await waitFor('all messages to be numbered', async () => {
      const [counts] = await database.connect().query<{ all: number; cursors: number }>(
        `select sum(size)::int as all, (sum(size) filter (where first_cursor is not null))::int as cursors
           from outbox`,
      )
      return counts && counts.all === counts.cursors && counts
    })
    expect(numbered.all).toBe(3 * pairs + 3)
  })
})

describe('a graceful stop', () => {
  it('takes two signals at once for one, as Ctrl-C under npm sends them', async () => {
    const server = await startServer({ args: ['--db', join(directory, 'data')] })
    server.process.kill('SIGINT')
    expect(await server.stop('SIGINT')).toBe(0)
  })

  it('answers what is in flight, writes what is queued, ends streams and exits with 0', async () => {
    const data = join(directory, 'data')
    const server = await startServer({ args: ['--db', data] })
    const api = createApi(server.url)
    const receiver = await api.create('/receivers', buildReceiver())
    const stream = await fetch(`${server.url}/api/v1/messages`, { headers: { accept: 'text/event-stream' } })
    const streamed = stream.text()
    const acknowledged: string[] = []
    const refused: number[] = []
    const clients = Array.from({ length: 16 }, async () => {
      for (;;) {
        const answer = await api.post('/events', buildEvent(receiver)).catch(() => undefined)
        if (!answer) return
        if (answer.status === 200) acknowledged.push(answer.json.data)
        else refused.push(answer.status)
      }
    })
    await waitFor('some answers', () => acknowledged.length > 200)
    expect(await server.stop('SIGTERM')).toBe(0)
    await Promise.all(clients)
    expect(refused).toEqual([])
    expect(await streamed).toContain('connected')

    const next = await startServer({ args: ['--db', data] })
    cleanups.push(() => next.stop())
    const told = new Set((await readFeed(createApi(next.url))).map(({ message }) => message.id))
    expect(acknowledged.filter((id) => !told.has(id))).toEqual([])
  })
})

describe('TLS', () => {
  it('serves https with --tls-cert and --tls-key, and says so', async () => {
    const [cert, key] = [join(directory, 'cert.pem'), join(directory, 'key.pem')]
    const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost']
    await run('openssl', [
      'req',
      '-x509',
      '-newkey',
      'rsa:2048',
      '-nodes',
      '-keyout',
      key,
      '-out',
      cert,
      '-days',
      '1',
      ...subject,
    ])
    const server = await startTestServer({ args: ['--tls-cert', cert, '--tls-key', key] })
    cleanups.push(() => server.close())
    expect(server.url).toMatch(/^https:\/\/localhost:/)
    const ca = await readFile(cert)
    const status = await new Promise((resolve, reject) => {
      httpsGet(`${server.url}/healthz/readiness`, { ca }, (response) => {
        response.resume()
        resolve(response.statusCode)
      }).on('error', reject)
    })
    expect(status).toBe(200)
  })
})

describe('a database that goes away', () => {
  it('is answered with 503 and Retry-After, then the server recovers by itself', {
    timeout: 60_000,
  }, async () => {
    const sockets = join(directory, 'sockets')
    const data = join(directory, 'data')
    let postgres = await startEmbeddedPostgres({ directory: data, log: silent })
    cleanups.push(() => postgres.stop())
    await symlink(postgres.connection.host, sockets)
    const url = `postgres://postgres@/postgres?host=${encodeURIComponent(sockets)}&port=${postgres.connection.port}`
    const server = await startServer({ args: ['--db', url] })
    cleanups.push(async () => void (await server.stop()))
    const api = createApi(server.url)
    const receiver = await api.create('/receivers', buildReceiver())
    const before = await api.create('/events', buildEvent(receiver))

    await postgres.stop()
    const away = await api.post('/events', buildEvent(receiver))
    expect([away.status, away.json.error.code]).toEqual([503, 'UNAVAILABLE'])
    expect(Number(away.headers.get('retry-after'))).toBeGreaterThan(0)
    expect((await api.get('/events')).status).toBe(503)
    expect((await fetch(`${server.url}/healthz/readiness`)).status).toBe(503)
    expect((await fetch(`${server.url}/healthz/liveness`)).status).toBe(200)

    postgres = await startEmbeddedPostgres({ directory: data, log: silent })
    await unlink(sockets)
    await symlink(postgres.connection.host, sockets)
    await waitFor('readiness', async () => (await fetch(`${server.url}/healthz/readiness`)).status === 200)
    expect((await api.get(`/events/${before}`)).status).toBe(200)
    const after = await api.create('/events', buildEvent(receiver))
    await waitFor('the message of the event after', async () =>
      (await api.get('/messages?limit=1000')).text.includes(`"ce_id":"${after}"`),
    )
  })
})
