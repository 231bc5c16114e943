import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Api, buildGroup, buildReceiver, createApi, type ServerProcess, startServer } from '@epr/testkit'
import pg from 'pg'

/** What every figure is measured on: a server process with its own PostgreSQL, receivers and groups. */
export interface World {
  server: ServerProcess
  api: Api
  /** Straight to the same PostgreSQL. */
  config: pg.ClientConfig
  sql: pg.Client
  /** 20 receivers; by default each five in turn are a group, twice. */
  receivers: string[]
  groups: string[]
  /** An admin's, where callers are asked who they are. */
  key: string | undefined
  close(): Promise<void>
}

const RECEIVERS = 20
const GROUPS = 10
const GROUP_SIZE = 5

const IN_TURN = Array.from({ length: GROUPS }, (_, group) =>
  Array.from({ length: GROUP_SIZE }, (_, index) => (group * 2 + index) % RECEIVERS),
)

/** Where the embedded PostgreSQL listens: lines four and five of its pid file are port and socket directory. */
async function socketOf(directory: string): Promise<pg.ClientConfig> {
  const lines = (await readFile(join(directory, 'pg', 'postmaster.pid'), 'utf8')).split('\n')
  return { host: lines[4] ?? '', port: Number(lines[3]), user: 'postgres', database: 'postgres' }
}

export interface WorldOptions {
  /** Whether callers are asked who they are; `auto` asks nobody here. @default auto */
  auth?: 'auto' | 'off' | 'required'
  /** Whether what answers are made from is kept. @default on */
  projections?: 'on' | 'off'
  /** The places of the receivers of each group. @default five in turn, twice around */
  gates?: number[][]
}

export async function createWorld(
  directory: string,
  { auth = 'auto', projections = 'on', gates = IN_TURN }: WorldOptions = {},
): Promise<World> {
  const server = await startServer({
    args: ['--db', directory, '--auth', auth, '--projections', projections],
  })
  const key = auth === 'required' ? (await readFile(join(directory, 'admin.key'), 'utf8')).trim() : undefined
  const api = createApi(server.url, key === undefined ? {} : { authorization: `Bearer ${key}` })
  const config = await socketOf(directory)
  const sql = new pg.Client(config)
  await sql.connect()
  const schema = { type: 'object', required: ['name'], properties: { name: { type: 'string' } } }
  const receivers: string[] = []
  while (receivers.length < RECEIVERS)
    receivers.push(await api.create('/receivers', buildReceiver({ schema })))
  const groups: string[] = []
  for (const places of gates)
    groups.push(await api.create('/groups', buildGroup(places.map((place) => receivers[place] ?? ''))))
  await sql.query(`create table if not exists bench_rows (
    id text primary key, name text, version text, release text, platform_id text, package text, description text,
    payload json, success boolean, event_receiver_id text, created_at timestamptz)`)
  await sql.query('create index if not exists bench_rows_name on bench_rows (name, version)')
  await sql.query(`create table if not exists bench_messages (
    id bigint generated always as identity, kind text, type text, event_id text, event_receiver_id text, group_id text,
    group_enabled boolean, group_updated_at timestamptz, cursor bigint)`)
  await sql.query('create index if not exists bench_messages_new on bench_messages (id) where cursor is null')
  return {
    server,
    api,
    config,
    sql,
    receivers,
    groups,
    key,
    async close() {
      await sql.end()
      await server.stop()
    },
  }
}

const CHUNK = 50_000

/** Fills the registry up to `total` events by SQL: history, as if it had been posted over the last year. */
export async function fillEvents({ sql, receivers }: World, total: number): Promise<void> {
  const { rows } = await sql.query<{ count: number }>('select count(*)::int as count from epr.events')
  for (let from = rows[0]?.count ?? 0; from < total; from += CHUNK) {
    await sql.query(
      `insert into epr.events (id, nvrpp, name, version, release, platform_id, package, description, payload,
                               payload_bytes, success, event_receiver_id, created_at)
       select '01J' || lpad(to_hex(i), 23, '0'),
              sha256(convert_to('["' || name || '","1.0.' || i % 50 || '","2026.10","linux-x64","oci"]', 'UTF8')),
              name, '1.0.' || i % 50, '2026.10', 'linux-x64', 'oci', 'history',
              '{"name":"joe"}'::json, 14, i % 20 <> 0, ($3::text[])[1 + i % 20], now() - interval '1 day'
       from (select i, 'service-' || i / 5 % 20000 as name from generate_series($1::int, $2::int) as i) as numbers`,
      [from, Math.min(from + CHUNK, total) - 1, receivers],
    )
  }
  await sql.query('vacuum analyze epr.events')
  // Else it would begin in the middle of the figures: history was written long ago.
  await sql.query('checkpoint')
}
