import { randomUUID } from 'node:crypto'
import { EprError, toJsonText } from '@epr/model'
import pg from 'pg'
import { fromDatabaseError, isDisconnect, LostAnswerError } from './database-error.js'
import { whileWorking } from './while-working.js'

/** A statement with a name is prepared once per connection. */
export type Statement = string | { name: string; text: string }

export interface Connection {
  query<Row extends object>(statement: Statement, values?: unknown[]): Promise<Row[]>
}

export interface Database extends Connection {
  /**
   * Runs `work` in one transaction (READ COMMITTED); whatever it throws rolls everything back.
   *
   * @throws LostAnswerError when it is not known whether it is committed
   */
  transaction<T>(work: (connection: Connection) => Promise<T>): Promise<T>
  /** A connection outside the pool, for session locks and LISTEN. The caller connects and ends it. */
  createClient(applicationName: string): pg.Client
  close(): Promise<void>
}

export interface DatabaseOptions {
  config: pg.ClientConfig
  /** What its connections are called in `pg_stat_activity`. @default epr-server */
  applicationName?: string
  /** @default 16 */
  maxConnections?: number
  /** How long a statement may take before PostgreSQL ends it; 0 for as long as it takes. @default 30_000 */
  statementTimeoutMs?: number
  /** How many other processes of PostgreSQL may help with a statement. @default as PostgreSQL is set up */
  maxHelpers?: number
  /** Whether statements go by an index where there is one: its pages are in memory, or on a disk without a head. @default as PostgreSQL is set up */
  isByIndex?: boolean
  /** Called with errors on idle connections, which belong to no caller. */
  onIdleError?: (error: Error) => void
}

/** To get a connection, whether one is made for it or it waits for one that is lent. */
const CONNECT_TIMEOUT_MS = 3_000
const LOOK_TIMEOUT_MS = 2_000
/** How much longer than PostgreSQL's own limit an answer is waited for: what comes later does not come. */
const ANSWER_GRACE_MS = 1_000

/** How long one that takes as long as it takes may keep a transaction open without a statement. */
const IDLE_TRANSACTION_MS = 20_000

/** How soon PostgreSQL lets go of what a server held that is gone without a word: of its locks, above all. */
const NOTICE_LOSS =
  ' -c tcp_keepalives_idle=5 -c tcp_keepalives_interval=2 -c tcp_keepalives_count=3 -c tcp_user_timeout=10000'
const KEEPALIVE_DELAY_MS = 5_000

const { builtins } = pg.types

/** `2026-11-23 10:17:45.123456+00` → RFC 3339. Kept as text: a Date would lose the microseconds. */
const toRfc3339 = (text: string): string => `${text.replace(' ', 'T').replace(/\+00$/, '')}Z`

const parsers: Record<number, (text: string) => unknown> = {
  [builtins.TIMESTAMPTZ]: toRfc3339,
  [builtins.JSON]: toJsonText,
}

const types: pg.CustomTypesConfig = {
  getTypeParser: ((oid: number, format?: 'text' | 'binary') =>
    parsers[oid] ?? pg.types.getTypeParser(oid, format as 'text')) as typeof pg.types.getTypeParser,
}

/** What is longer is a payload, which is JSON and came as UTF-8; to look through megabytes of it costs milliseconds. */
const MAX_CHECKED_CHARS = 64 * 1024
/** What UTF-8 has no form for: PostgreSQL would get another character in its place. */
const LONE_SURROGATE = /\p{Surrogate}/u

const isUnstorable = (text: string): boolean =>
  text.length <= MAX_CHECKED_CHARS && (text.includes('\0') || LONE_SURROGATE.test(text))

/**
 * In front of every statement, so that nothing that a client sent is refused in PostgreSQL's words, or changed.
 *
 * @throws EprError INVALID_ARGUMENT for a text that PostgreSQL cannot hold
 */
function assertStorable(value: unknown): void {
  if (Array.isArray(value)) for (const item of value) assertStorable(item)
  else if (typeof value === 'string' && isUnstorable(value)) {
    const problem = 'a text must not contain NUL or half a surrogate pair: nothing that is kept has one'
    throw new EprError('INVALID_ARGUMENT', problem)
  }
}

/** Ends a connection at once: what its other end makes of that is not waited for. */
export const cut = (client: pg.ClientBase): void =>
  void (client as { connection?: pg.Connection }).connection?.stream.destroy()

/**
 * Asks on a connection, for as long as that may take.
 *
 * @param deadlineMs without an answer until then the connection is cut; undefined for a wait without an end
 * @throws LostAnswerError when the connection went away, or was cut, while PostgreSQL had the statement
 */
export async function ask<Row extends object>(
  client: pg.ClientBase,
  statement: Statement,
  values: unknown[],
  deadlineMs: number | undefined,
): Promise<Row[]> {
  assertStorable(values)
  const query = typeof statement === 'string' ? { text: statement } : statement
  let isLate = false
  const cutLate = () => {
    isLate = true
    cut(client)
  }
  const late = deadlineMs === undefined ? undefined : setTimeout(cutLate, deadlineMs)
  try {
    // A multi-statement text (a migration) is possible only without values.
    const result = await client.query<Row>(values.length > 0 ? { ...query, values } : query)
    return result.rows
  } catch (error) {
    if (!isDisconnect(error)) throw fromDatabaseError(error)
    const { processID: backend = 0 } = client as { processID?: number }
    throw new LostAnswerError({ backend, isLate, cause: error })
  } finally {
    clearTimeout(late)
  }
}

/** What pg-pool says when all connections are lent for too long, as they also are to a database that is silent. */
const BUSY = /^timeout exceeded when trying to connect/
const TOO_MUCH = 'the database has too much to do, or does not answer: try again'

async function lend(pool: pg.Pool): Promise<pg.PoolClient> {
  try {
    return await pool.connect()
  } catch (error) {
    const isBusy = error instanceof Error && BUSY.test(error.message)
    throw isBusy ? new EprError('UNAVAILABLE', TOO_MUCH, { cause: error }) : fromDatabaseError(error)
  }
}

type Run = Connection['query']

async function inTransaction<T>(run: Run, work: (connection: Connection) => Promise<T>): Promise<T> {
  await run('begin')
  try {
    const result = await work({ query: run })
    await run('commit')
    return result
  } catch (error) {
    // What has no connection any more is rolled back by PostgreSQL.
    if (!(error instanceof LostAnswerError)) await run('rollback').catch(() => undefined)
    throw error
  }
}

/**
 * A pool of connections whose session speaks EPR's dialect: schema `epr`, UTC, ISO dates. Nothing that is asked of it
 * waits for longer than it takes to get a connection and for the statement's limit.
 */
export function createDatabase(options: DatabaseOptions): Database {
  const { applicationName = 'epr-server', statementTimeoutMs = 30_000, maxHelpers, isByIndex } = options
  const isUnlimited = statementTimeoutMs === 0
  const abandoned = isUnlimited ? ` -c idle_in_transaction_session_timeout=${IDLE_TRANSACTION_MS}` : ''
  const helpers = maxHelpers === undefined ? '' : ` -c max_parallel_workers_per_gather=${maxHelpers}`
  const costs = isByIndex ? ' -c random_page_cost=1.1' : ''
  const sessionConfig = (timeoutMs: number, name: string): pg.ClientConfig => ({
    ...options.config,
    application_name: name,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEPALIVE_DELAY_MS,
    options:
      `${options.config.options ?? ''} -c search_path=epr -c TimeZone=UTC -c DateStyle=ISO` +
      ` -c default_transaction_isolation=read\\ committed -c statement_timeout=${timeoutMs}${helpers}${costs}${abandoned}${NOTICE_LOSS}`,
    types,
  })
  // Of its own, so that it is found again among those of other servers, behind a pooler too.
  const name = isUnlimited ? `${applicationName} ${randomUUID().slice(0, 8)}` : applicationName
  const deadlineMs = isUnlimited ? undefined : statementTimeoutMs + ANSWER_GRACE_MS
  let pool = createPool()
  const closing = new Set<Promise<void>>()

  function createPool(): pg.Pool {
    const created = new pg.Pool({
      ...sessionConfig(statementTimeoutMs, name),
      max: options.maxConnections ?? 16,
      idleTimeoutMillis: 60_000,
    })
    // The pool listens to idle connections only; on one that is lent, the statement under way fails for its caller, or the next does.
    created.on('connect', (client) => client.on('error', () => undefined))
    created.on('error', (error) => options.onIdleError?.(error))
    return created
  }

  /** Whether PostgreSQL has anything to do for this one, as another connection sees it. */
  async function isAtWork(): Promise<boolean> {
    const looking = new pg.Client(sessionConfig(LOOK_TIMEOUT_MS, 'epr-server look'))
    looking.on('error', () => undefined)
    try {
      await looking.connect()
      const query = "select from pg_stat_activity where application_name = $1::text and state = 'active'"
      return (await ask(looking, query, [name], LOOK_TIMEOUT_MS + ANSWER_GRACE_MS)).length > 0
    } catch (error) {
      // Also a refusal comes from one that lives.
      return error instanceof pg.DatabaseError
    } finally {
      cut(looking)
    }
  }

  /** Silence on one connection is silence on those beside it: none of them is lent again. */
  function renew(silent: pg.Pool): void {
    if (silent !== pool) return
    pool = createPool()
    const ended = silent.end().finally(() => closing.delete(ended))
    closing.add(ended)
  }

  async function using<T>(work: (run: Run) => Promise<T>): Promise<T> {
    const from = pool
    const client = await lend(from)
    let isLost = false
    async function run<Row extends object>(statement: Statement, values: unknown[] = []): Promise<Row[]> {
      const asked = ask<Row>(client, statement, values, deadlineMs)
      try {
        return await (isUnlimited ? whileWorking(asked, isAtWork, () => cut(client)) : asked)
      } catch (error) {
        isLost ||= error instanceof LostAnswerError
        if (error instanceof LostAnswerError && error.isLate) renew(from)
        throw error
      }
    }

    try {
      return await work(run)
    } finally {
      client.release(isLost)
    }
  }

  return {
    query: (statement, values) => using((run) => run(statement, values)),
    transaction: (work) => using((run) => inTransaction(run, work)),
    createClient: (name) => new pg.Client(sessionConfig(0, name)),
    async close() {
      if (!pool.ending) closing.add(pool.end())
      await Promise.all(closing)
    },
  }
}
