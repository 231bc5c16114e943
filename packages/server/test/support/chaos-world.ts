import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { promisify } from 'node:util'
import { startEmbeddedPostgres } from '@epr/embedded-postgres'
import { type FaultyLink, linkToPostgres, queryRows, type ServerProcess, startServer } from '@epr/testkit'
import type { ChaosOptions, Fault } from './chaos-plan.js'
import { processesOf } from './postgres-processes.js'

const run = promisify(execFile)
const silent = { info() {}, warn() {}, error() {} }

/** Enough for PostgreSQL and what is recorded meanwhile. */
const DISK_BYTES = 1024 * 1024 * 1024

/** A server that does not stand after so long will not. */
const START_LIMIT_MS = 60_000

/** Whether a small disk can be made here: that takes root. */
export const canFillDisks = process.getuid?.() === 0

/** A directory that is a disk of its own, where that is possible. */
async function makeDisk(): Promise<{ directory: string; remove(): Promise<void> }> {
  const directory = await mkdtemp(join(tmpdir(), 'epr-chaos-'))
  if (canFillDisks)
    await run('mount', ['-t', 'tmpfs', '-o', `size=${DISK_BYTES},mode=0755`, 'tmpfs', directory])
  return {
    directory,
    async remove() {
      if (canFillDisks) await run('umount', ['-l', directory])
      await rm(directory, { recursive: true, force: true })
    },
  }
}

/** PostgreSQL on a disk of its own, with what can go wrong there. */
async function startDatabase() {
  const disk = await makeDisk()
  const directory = join(disk.directory, 'data')
  const postgres = await startEmbeddedPostgres({
    directory,
    log: silent,
    settings: { fsync: 'off', full_page_writes: 'off', max_wal_size: '128MB', min_wal_size: '32MB' },
  })
  const { host, port, user, database } = postgres.connection
  const url = `postgres://${user}@/${database}?host=${encodeURIComponent(host)}&port=${port}`
  const filler = join(disk.directory, 'filler')

  const query = <Row extends object>(text: string): Promise<Row[]> => queryRows(url, text)
  const processes = await processesOf(url)

  function signal(pids: readonly number[], name: NodeJS.Signals): void {
    for (const pid of pids) {
      try {
        process.kill(pid, name)
      } catch {
        // It has ended meanwhile.
      }
    }
  }

  return {
    url,
    query,
    async freeze() {
      signal(await processes(), 'SIGSTOP')
    },
    async thaw() {
      signal(await processes(), 'SIGCONT')
    },
    /** Kills a process that serves a connection: PostgreSQL ends all others, and recovers. */
    async crash() {
      const [backend] = await query<{ pid: number }>(
        "select pid from pg_stat_activity where application_name like 'epr-server%' limit 1",
      )
      if (backend) signal([backend.pid], 'SIGKILL')
    },
    /** Takes all the space that is left. */
    async fill() {
      await run('dd', ['if=/dev/zero', `of=${filler}`, 'bs=1M']).catch(() => undefined)
    },
    empty: () => rm(filler, { force: true }),
    async close() {
      await postgres.stop()
      await disk.remove()
    },
  }
}

/** What a server is started with whose clock is so many milliseconds from ours. */
const shiftedClock = (ms: number) =>
  `data:text/javascript,${encodeURIComponent(`
    const Real = Date
    globalThis.Date = class extends Real {
      constructor(...parts) { super(...(parts.length > 0 ? parts : [Real.now() + ${ms}])) }
      static now() { return Real.now() + ${ms} }
    }`)}`

/** A server over a link of its own, which is started again until it stands. */
export interface ChaosServer {
  readonly url: string | undefined
  /** Changes whenever the process is stopped, killed or started. */
  readonly generation: number
  readonly link: FaultyLink
  readonly output: string
}

interface Managed extends ChaosServer {
  url: string | undefined
  generation: number
  output: string
  process: ServerProcess | undefined
  starting: Promise<void> | undefined
  clockMs: number
}

export interface ChaosWorld {
  readonly servers: readonly ChaosServer[]
  query<Row extends object>(text: string): Promise<Row[]>
  /** Does what is planned, one fault beside another, and mends everything at the end. */
  wreck(plan: readonly Fault[]): Promise<void>
  close(): Promise<void>
}

export async function startChaosWorld({
  servers: count,
}: Pick<ChaosOptions, 'servers'>): Promise<ChaosWorld> {
  const database = await startDatabase()
  const files = await mkdtemp(join(tmpdir(), 'epr-chaos-files-'))
  await writeFile(join(files, 'empty.yaml'), '')
  let isClosing = false

  async function startUntilItStands(server: Managed, db: string): Promise<void> {
    const until = performance.now() + START_LIMIT_MS
    while (!isClosing && server.process === undefined) {
      try {
        const started = await startServer({
          args: ['--db', db, '--config', join(files, 'empty.yaml')],
          env: { NODE_OPTIONS: `--import=${shiftedClock(server.clockMs)}` },
        })
        server.process = started
        server.url = started.url
        server.generation++
        started.process.once('exit', () => {
          server.output += started.output().stderr
          if (server.process === started) Object.assign(server, { process: undefined, url: undefined })
        })
      } catch (error) {
        // Its database is out of reach.
        if (performance.now() > until) throw error
        await delay(200)
      }
    }
  }

  const urls: string[] = []
  const servers: Managed[] = []
  for (let index = 0; index < count; index++) {
    const { link, url } = await linkToPostgres(database.url)
    urls.push(url)
    servers.push({
      link,
      url: undefined,
      generation: 0,
      output: '',
      process: undefined,
      starting: undefined,
      clockMs: 0,
    })
  }
  const start = (server: Managed) => {
    server.starting ??= startUntilItStands(server, urls[servers.indexOf(server)] ?? '').finally(() => {
      server.starting = undefined
    })
    return server.starting
  }
  await Promise.all(servers.map(start))

  async function end(server: Managed, signal: NodeJS.Signals): Promise<void> {
    const { process: running } = server
    if (!running) return
    server.generation++
    running.process.kill('SIGCONT')
    await running.stop(signal)
    server.process = undefined
    server.url = undefined
  }

  async function endAndStart(server: Managed, signal: NodeJS.Signals, lastsMs: number): Promise<void> {
    await end(server, signal)
    await delay(lastsMs)
    await start(server)
  }

  async function happen({ kind, lastsMs }: Fault, server: Managed): Promise<void> {
    const { link } = server
    switch (kind) {
      case 'hole':
        link.hole()
        await delay(lastsMs)
        return link.heal()
      case 'forget':
        link.hole()
        await delay(lastsMs)
        return link.forget()
      case 'cut':
        return link.cut()
      case 'delay':
        link.delay(20 + (lastsMs % 300))
        await delay(lastsMs)
        return link.delay(0)
      case 'stop':
        server.generation++
        server.process?.process.kill('SIGSTOP')
        await delay(lastsMs)
        server.generation++
        return void server.process?.process.kill('SIGCONT')
      case 'kill':
        return endAndStart(server, 'SIGKILL', lastsMs / 5)
      case 'restart':
        return endAndStart(server, 'SIGTERM', lastsMs / 5)
      case 'clock':
        server.clockMs = (lastsMs % 2 === 0 ? -1 : 1) * lastsMs * 500
        return endAndStart(server, 'SIGTERM', 0)
      case 'freeze':
        await database.freeze()
        await delay(lastsMs / 2)
        return database.thaw()
      case 'crash':
        return database.crash()
      case 'fill':
        await database.fill()
        await delay(lastsMs / 3)
        return database.empty()
    }
  }

  return {
    servers,
    query: database.query,
    async wreck(plan) {
      const startedAt = performance.now()
      const happening = plan.map(async (fault) => {
        await delay(fault.atMs - (performance.now() - startedAt))
        const server = servers[fault.server]
        // Two that undo each other's work: what matters is that all is mended at the end.
        if (server) await happen(fault, server).catch(() => undefined)
      })
      await Promise.all(happening)
      await database.thaw()
      await database.empty()
      for (const server of servers) {
        server.link.heal()
        server.link.delay(0)
        server.process?.process.kill('SIGCONT')
      }
      await Promise.all(servers.map(start))
    },
    async close() {
      isClosing = true
      await Promise.all(servers.map((server) => end(server, 'SIGKILL')))
      await Promise.all(servers.map(({ link }) => link.close()))
      await database.close()
      await rm(files, { recursive: true, force: true })
    },
  }
}
