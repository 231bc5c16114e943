import type { Operations } from '@epr/model'
import { assertMay } from '../access/rights.js'
import type { Call } from '../call.js'
import type { Databases } from '../storage/open-database.js'
import { selectDatabaseFacts } from '../storage/operations.js'
import { selectOutboxFacts } from '../storage/outbox.js'

/** How far one projection is behind, in messages. */
export type ReadProjectionLag = () => Promise<Operations['projections'][number]>

/** How the registry goes. */
export type ReadOperations = (call: Call) => Promise<Operations>

interface RelayState {
  readonly lastError: { time: string; message: string } | undefined
  status(): Promise<Omit<NonNullable<Operations['relay']>, 'oldest_waits_s' | 'last_error'>>
}

export interface OperationsOptions {
  databases: Pick<Databases, 'reading' | 'background'>
  version: string
  isLeading(): boolean
  isRecording(): boolean
  readIntake(): Operations['intake']
  relay: RelayState | undefined
  /** Undefined without a relay. */
  topic: string | undefined
  retentionMs: number
  /** Whoever adds a projection says here how far it is behind. */
  projections: readonly ReadProjectionLag[]
}

/** Several who look at the same time are shown the same. */
const KEPT_MS = 1_000

export function createOperations(options: OperationsOptions): ReadOperations {
  const { databases, relay } = options
  let kept: { until: number; read: Promise<Operations> } | undefined

  async function readRelay(oldest_waits_s: number): Promise<Operations['relay']> {
    if (!relay) return null
    return { ...(await relay.status()), oldest_waits_s, last_error: relay.lastError ?? null }
  }

  async function read(): Promise<Operations> {
    const [facts, outbox] = await Promise.all([
      selectDatabaseFacts(databases.reading),
      selectOutboxFacts(databases.reading, options.topic),
    ])
    const { version, schema_version, bytes, events_estimate, newest_cursor, oldest_cursor, kept_since } =
      facts
    return {
      server: {
        version: options.version,
        uptime_s: Math.round(process.uptime()),
        leader: options.isLeading(),
        recording: options.isRecording(),
      },
      servers: facts.servers,
      database: { version, schema_version, bytes, events_estimate },
      intake: options.readIntake(),
      feed: {
        unnumbered: outbox.unnumbered,
        newest_cursor,
        oldest_cursor,
        kept_since,
        retention_ms: options.retentionMs,
      },
      relay: await readRelay(outbox.age_s),
      watchers: { known: facts.watchers, silent: facts.silent_watchers },
      projections: await Promise.all(options.projections.map((readLag) => readLag())),
    }
  }

  return async ({ principal }) => {
    assertMay(principal, { verb: 'read' })
    const now = performance.now()
    if (!kept || kept.until < now) kept = { until: now + KEPT_MS, read: read() }
    return kept.read
  }
}
