import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import type { Postmaster } from './postmaster.js'
import { isAlive } from './process-alive.js'

/** Held in a session by the one process that stops and restarts an embedded PostgreSQL; two keys, as all locks of EPR. */
const OWNER_LOCK = [0x45_50_52_53, 1]
const NAME = 'epr-server owner pid='
/** A server that was just killed holds the lock until its PostgreSQL backend has noticed. */
const DEAD_HOLDER_PATIENCE_MS = 3_000

/** The settings to connect to a postmaster with. */
export function toConnection({ socketDirectory, port }: Postmaster) {
  return { host: socketDirectory, port, user: 'postgres', database: 'postgres' }
}

/** A session that may become the owner's. */
export interface OwnerSession {
  readonly client: pg.Client
  /** Resolves when the session is over, for whatever reason. */
  readonly lost: Promise<void>
}

export async function connectAsOwner(postmaster: Postmaster): Promise<OwnerSession> {
  const client = new pg.Client({
    ...toConnection(postmaster),
    // PGSSLMODE would count otherwise, and a Unix socket has no TLS.
    ssl: false,
    application_name: `${NAME}${process.pid}`,
    connectionTimeoutMillis: 5_000,
  })
  // Without a listener losing the connection would end the process; `end` follows in any case.
  client.on('error', () => undefined)
  const lost = new Promise<void>((resolve) => {
    client.once('end', resolve)
  })
  await client.connect()
  return { client, lost }
}

/** What came of asking for the lock. */
export type Ownership =
  | { readonly owned: true }
  | { readonly owned: false; readonly holderPid: number | undefined }

/** Takes the lock, which lasts as long as the session; waits a little for that of a dead process. */
export async function takeOwnership({ client }: OwnerSession, signal: AbortSignal): Promise<Ownership> {
  const giveUpAt = Date.now() + DEAD_HOLDER_PATIENCE_MS
  for (;;) {
    const { rows } = await client.query<{ owned: boolean }>(
      'SELECT pg_try_advisory_lock($1, $2) AS owned',
      OWNER_LOCK,
    )
    if (rows[0]?.owned === true) return { owned: true }
    const holderPid = await findHolder(client)
    if ((holderPid !== undefined && isAlive(holderPid)) || Date.now() > giveUpAt)
      return { owned: false, holderPid }
    await sleep(20, undefined, { signal })
  }
}

/** The process that has the lock, as it named itself; undefined when it was just released. */
async function findHolder(client: pg.Client): Promise<number | undefined> {
  // objsubid 2: a lock by two int4 (pg_locks in the PostgreSQL documentation). Reads only what is in memory.
  const { rows } = await client.query<{ application_name: string }>(
    `SELECT a.application_name
     FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid
     WHERE l.locktype = 'advisory' AND l.granted AND l.classid = $1 AND l.objid = $2 AND l.objsubid = 2
       AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
    OWNER_LOCK,
  )
  const name = rows[0]?.application_name
  return name?.startsWith(NAME) ? Number(name.slice(NAME.length)) : undefined
}
