import { setTimeout as delay } from 'node:timers/promises'
import { EprError, OTHER_PATH, REFUSAL_LIMITS, type RefusalSample, type Refusals, shorten } from '@epr/model'
import { assertMay } from '../access/rights.js'
import type { Call } from '../call.js'
import type { Definitions } from '../storage/definition-cache.js'
import type { Databases } from '../storage/open-database.js'
import { addRefusals, type RefusalCount, selectRefusals } from '../storage/refusals.js'
import { notFound } from './not-found.js'

/** Counts payloads that broke the schema of their receiver: nothing else is left of them. */
export interface RefusedPayloads {
  /** Counts a failure, if it is one of a payload: in memory, and at most once for each place in it. */
  observe(receiverId: string, error: unknown, call: Call): void
  /** Writes what was counted every ten seconds, and at the end: a crash loses that of ten seconds. */
  run(abort: AbortSignal): Promise<void>
  /** @throws EprError NOT_FOUND */
  find(receiverId: string, hours: number, call: Call): Promise<Refusals>
}

export interface RefusedPayloadsOptions {
  databases: Pick<Databases, 'background' | 'reading'>
  definitions: Definitions
  onError(error: unknown): void
}

const FLUSH_MS = 10_000
const HOUR_MS = 3_600_000
/** What is held between two flushes: of more, nothing is told apart. */
const MAX_HELD = 2_000
/** Of one payload. */
const COUNTED_PATHS = 10
const KEPT_VIOLATIONS = 5
const KEPT_CHARS = 200

const { pathChars, sampleBytes } = REFUSAL_LIMITS

/** `payload/items/3 must have required property 'name'` → `/items/-/name`; undefined where no place is named. */
export function toPath(violation: string): string | undefined {
  const found = /^payload(\/\S*)?(?: |$)/.exec(violation)
  if (!found) return undefined
  const [, at = ''] = found
  const [, missing = ''] = / must have required property '([^']*)'/.exec(violation) ?? []
  const path = `${at}${missing === '' ? '' : `/${missing}`}`.replace(/\/\d+(?=\/|$)/g, '/-')
  return path === '' ? '/' : shorten(path, pathChars)
}

const bytesOf = (sample: RefusalSample): number => Buffer.byteLength(JSON.stringify(sample))

/** What is kept of one: less of it, where that would be more than a sample may have. */
export function toSample(
  violations: readonly string[],
  { principal, requestId, userAgent }: Call,
): RefusalSample {
  const sample: RefusalSample = {
    time: new Date().toISOString(),
    violations: violations.slice(0, KEPT_VIOLATIONS).map((violation) => shorten(violation, KEPT_CHARS)),
    request_id: requestId,
    user_agent: userAgent === undefined ? null : shorten(userAgent, KEPT_CHARS),
    actor: principal.actor === undefined ? null : shorten(principal.id, KEPT_CHARS),
  }
  while (bytesOf(sample) > sampleBytes && sample.violations.length > 0) sample.violations.pop()
  return sample
}

/** The places of a payload that are counted, each once. */
function toPaths(violations: readonly string[]): Set<string> {
  const paths = new Set<string>()
  for (const violation of violations) {
    if (paths.size >= COUNTED_PATHS) break
    paths.add(toPath(violation) ?? OTHER_PATH)
  }
  return paths
}

const keyOf = ({ event_receiver_id, hour, path }: RefusalCount): string =>
  JSON.stringify([event_receiver_id, hour, path])

export function createRefusedPayloads(options: RefusedPayloadsOptions): RefusedPayloads {
  const { databases, definitions, onError } = options
  let held = new Map<string, RefusalCount>()

  function add(count: RefusalCount): void {
    const isRoom = held.size < MAX_HELD || held.has(keyOf(count))
    // Of the others there is one for each receiver and hour at most.
    const counted = isRoom ? count : { ...count, path: OTHER_PATH }
    const known = held.get(keyOf(counted))
    if (!known) return void held.set(keyOf(counted), counted)
    known.count += count.count
    known.payloads += count.payloads
    known.sample = count.sample
  }

  async function flush(): Promise<void> {
    if (held.size === 0) return
    const written = held
    held = new Map()
    try {
      await addRefusals(databases.background, [...written.values()])
    } catch (error) {
      onError(error)
      for (const count of written.values()) add(count)
    }
  }

  return {
    observe(receiverId, error, call) {
      if (!(error instanceof EprError) || error.code !== 'PAYLOAD_MISMATCH') return
      const sample = toSample(error.details, call)
      const hour = new Date(Math.floor(Date.now() / HOUR_MS) * HOUR_MS).toISOString()
      const counted = { event_receiver_id: receiverId, hour, count: 1, sample }
      for (const [place, path] of [...toPaths(error.details)].entries())
        add({ ...counted, path, payloads: place === 0 ? 1 : 0 })
    },
    async run(abort) {
      while (!abort.aborted) {
        await delay(FLUSH_MS, undefined, { signal: abort }).catch(() => undefined)
        await flush()
      }
    },
    async find(receiverId, hours, { principal }) {
      assertMay(principal, { verb: 'read' })
      if (!(await definitions.findReceiver(receiverId))) throw notFound('event receiver', receiverId)
      return selectRefusals(databases.reading, receiverId, hours)
    },
  }
}
