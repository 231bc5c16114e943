import { EprError, toJsonText } from '@epr/model'
import pg from 'pg'
import { fromDatabaseError } from './database-error.js'

/** A statement with a name is prepared once per connection. */
export type Statement = string | { name: string; text: string }

export interface Connection {
  query<Row extends object>(statement: Statement, values?: unknown[]): Promise<Row[]>
}

export interface Database extends Connection {
  /** Runs `work` in one transaction (READ COMMITTED); whatever it throws rolls everything back. */
  transaction<T>(work: (connection: Connection) => Promise<T>): Promise<T>
  /** A connection outside the pool, for session locks and LISTEN. The caller connects and ends it. */
  createClient(applicationName: string): pg.Client
  close(): Promise<void>
}

export interface DatabaseOptions {
  config: pg.ClientConfig
  /** @default 16 */
  maxConnections?: number
  /** How long a statement of the pool may take. @default 30_000 */
  statementTimeoutMs?: number
  /** Called with errors on idle connections, which belong to no caller. */
  onIdleError?: (error: Error) => void
}

const CONNECT_TIMEOUT_MS = 5_000

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

async function run<Row extends object>(
  client: pg.Pool | pg.PoolClient,
  statement: Statement,
  values: unknown[] = [],
): Promise<Row[]> {
  try {
    const query = typeof statement === 'string' ? { text: statement } : statement
    assertStorable(values)
    // A multi-statement text (a migration) is possible only without values.
    const result = await client.query<Row>(values.length > 0 ? { ...query, values } : query)
    return result.rows
  } catch (error) {
    throw fromDatabaseError(error)
  }
}

async function connect(pool: pg.Pool): Promise<pg.PoolClient> {
  try {
    return await pool.connect()
  } catch (error) {
    throw fromDatabaseError(error)
  }
}

async function inTransaction<T>(pool: pg.Pool, work: (connection: Connection) => Promise<T>): Promise<T> {
  const client = await connect(pool)
  // A connection on which a rollback fails is broken: releasing it with true takes it out of the pool.
  let broken = false
  try {
    await run(client, 'begin')
    const result = await work({ query: (statement, values) => run(client, statement, values) })
    await run(client, 'commit')
    return result
  } catch (error) {
    await run(client, 'rollback').catch(() => {
      broken = true
    })
    throw error
  } finally {
    client.release(broken)
  }
}

/** A pool of connections whose session speaks EPR's dialect: schema `epr`, UTC, ISO dates. */
export function createDatabase(options: DatabaseOptions): Database {
  const sessionConfig = (statementTimeoutMs: number, applicationName: string): pg.ClientConfig => ({
    ...options.config,
    application_name: applicationName,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    keepAlive: true,
    options:
      `${options.config.options ?? ''} -c search_path=epr -c TimeZone=UTC -c DateStyle=ISO` +
      ` -c default_transaction_isolation=read\\ committed -c statement_timeout=${statementTimeoutMs}`,
    types,
  })
  const pool = new pg.Pool({
    ...sessionConfig(options.statementTimeoutMs ?? 30_000, 'epr-server'),
    max: options.maxConnections ?? 16,
    idleTimeoutMillis: 60_000,
  })
  // The pool listens to idle connections only; on one that is lent, the statement under way fails for its caller, or the next does.
  pool.on('connect', (client) => client.on('error', () => undefined))
  pool.on('error', (error) => options.onIdleError?.(error))
  return {
    query: (statement, values) => run(pool, statement, values),
    transaction: (work) => inTransaction(pool, work),
    createClient: (applicationName) => new pg.Client(sessionConfig(0, applicationName)),
    close: () => pool.end(),
  }
}
