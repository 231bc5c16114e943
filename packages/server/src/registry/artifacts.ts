import {
  type ArtifactGate,
  type ArtifactGates,
  type Artifacts,
  EprError,
  explainGate,
  type GateTurn,
  gateStanding,
  nvrppSchema,
  type ReceiverStatus,
  toLabels,
} from '@epr/model'
import { assertMay } from '../access/rights.js'
import type { Call } from '../call.js'
import {
  type ArtifactEvent,
  type ArtifactRow,
  type ReceiverGroup,
  selectArtifactEvents,
  selectArtifacts,
  selectGroupsOf,
} from '../storage/artifacts.js'
import type { Database } from '../storage/database.js'
import { nvrppHash } from '../storage/nvrpp-hash.js'
import { parseInput } from './input.js'
import { toNameFilter } from './name-filter.js'
import { getProgress } from './progress.js'

/** Which artifacts are wanted. */
export interface ArtifactsQuery {
  /** A name; with `*` at its end, how it begins. @default all */
  name?: string | undefined
  version?: string | undefined
  limit: number
  after?: string | undefined
}

/** Artifacts, and their way through the gates. */
export interface ArtifactAnswers {
  /** @throws EprError INVALID_ARGUMENT, UNAVAILABLE while nothing is projected yet */
  find(query: ArtifactsQuery, call: Call): Promise<Artifacts>
  /**
   * Every gate of which a receiver has an event of the artifact, with each change of its state.
   *
   * @throws EprError INVALID_ARGUMENT for a blank NVRPP field; NOT_FOUND when it has no event
   */
  gates(nvrpp: unknown, call: Call): Promise<ArtifactGates>
}

const MAX_EVENTS = 10_000

const toCursor = ({ first_seq, name }: ArtifactRow): string => `${first_seq}~${name}`

function readPlace(after: string | undefined): { first_seq: string; name: string } | undefined {
  if (after === undefined) return undefined
  const [, first_seq, name] = /^(\d{1,18})~(.+)$/s.exec(after) ?? []
  if (first_seq === undefined || name === undefined)
    throw new EprError('INVALID_ARGUMENT', 'after must be the "next" of the page before')
  return { first_seq, name }
}

const toReceiverState = (event: ArtifactEvent | undefined): ReceiverStatus['state'] => {
  if (event === undefined) return 'missing'
  return event.success ? 'passed' : 'failed'
}

/** Goes through an artifact's events, and keeps where each changes the gate. */
function follow(events: readonly ArtifactEvent[], group: ReceiverGroup, nowMs: number): ArtifactGate {
  const { event_receiver_ids: ids } = group
  const labels = toLabels(group.receivers)
  const latest = new Map<string, ArtifactEvent>()
  const failures = new Map<string, number>()
  const changes: GateTurn[] = []
  const standing = () =>
    gateStanding(
      ids.map((id) => ({
        state: toReceiverState(latest.get(id)),
        since: latest.get(id)?.created_at ?? null,
      })),
    )
  for (const event of events) {
    const { event_receiver_id, success, id, created_at } = event
    if (!ids.includes(event_receiver_id)) continue
    latest.set(event_receiver_id, event)
    failures.set(event_receiver_id, success ? 0 : (failures.get(event_receiver_id) ?? 0) + 1)
    const { state } = standing()
    if (changes.at(-1)?.state !== state)
      changes.push({ state, time: created_at, event_id: id, event_receiver_id })
  }
  const { state, since } = standing()
  const receivers = ids.map((id, place) => ({
    name: labels[place] ?? id,
    state: toReceiverState(latest.get(id)),
    failures: failures.get(id),
  }))
  return {
    group_id: group.id,
    group_name: group.name,
    group_version: group.version,
    enabled: group.enabled,
    state,
    since,
    explanation: explainGate({ state, since, receivers }, nowMs),
    changes,
  }
}

export function createArtifactAnswers(database: Database): ArtifactAnswers {
  return {
    async find({ name, version, limit, after }, { principal }) {
      assertMay(principal, { verb: 'read' })
      const place = readPlace(after)
      const progress = await getProgress(database)
      const page = {
        name: name === undefined ? undefined : toNameFilter(name),
        version,
        after: place,
        limit: limit + 1,
      }
      const rows = await selectArtifacts(database, page)
      const kept = rows.slice(0, limit)
      const last = kept.at(-1)
      return {
        data: kept.map(({ first_seq: _, ...artifact }) => artifact),
        ...progress,
        next: rows.length > limit && last ? toCursor(last) : null,
      }
    },
    async gates(fields, { principal }) {
      assertMay(principal, { verb: 'read' })
      const nvrpp = parseInput(nvrppSchema, fields)
      const newest = await selectArtifactEvents(database, nvrppHash(nvrpp), MAX_EVENTS + 1)
      if (newest.length === 0)
        throw new EprError(
          'NOT_FOUND',
          'no event is about this artifact: all five of name, version, release, platform_id and package must be as they were recorded',
        )
      const events = newest.slice(0, MAX_EVENTS).reverse()
      const groups = await selectGroupsOf(database, [
        ...new Set(events.map(({ event_receiver_id }) => event_receiver_id)),
      ])
      const nowMs = Date.now()
      return {
        data: groups.map((group) => follow(events, group, nowMs)),
        complete: newest.length <= MAX_EVENTS,
      }
    },
  }
}
