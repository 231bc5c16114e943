import {
  EprError,
  explainGate,
  firstIdOf,
  type GateArtifact,
  type GateArtifacts,
  type GateCell,
  gateStanding,
  toLabels,
} from '@epr/model'
import { matchesPattern } from '../access/pattern.js'
import { assertMay } from '../access/rights.js'
import type { Call } from '../call.js'
import type { Connection, Database } from '../storage/database.js'
import {
  type CellRow,
  countGates,
  type GatePlace,
  type GateRow,
  type GateState,
  MAX_NAMED,
  selectCells,
  selectGates,
  selectNamedGates,
  selectSeen,
} from '../storage/gate-artifacts.js'
import { selectGroupsById } from '../storage/groups.js'
import { ID_TIME_SLACK_MS } from '../storage/page.js'
import { selectProjectionProgress } from '../storage/projections.js'
import { selectReceiverNames } from '../storage/receivers.js'
import { selectStuck } from '../storage/usage.js'
import { groupNotFound } from './groups.js'
import { toNameFilter } from './name-filter.js'
import { getProgress } from './progress.js'
import { explainStuck, STUCK_DAYS } from './stuck-gates.js'

/** Which artifacts of a gate are wanted. */
export interface GateArtifactsQuery {
  /** @default all */
  states?: readonly GateState[] | undefined
  /** A name; with `*` at its end, how it begins. */
  name?: string | undefined
  /** `waiting`: the one that waits the longest first, open ones left out. */
  order: 'recent' | 'waiting'
  /** Those too that a newer one has superseded. */
  superseded: boolean
  /** As the gate stood at that moment (RFC 3339). */
  at?: string | undefined
  limit: number
  after?: string | undefined
}

/**
 * The artifacts of a gate, and where each stands at its receivers.
 *
 * @throws EprError NOT_FOUND for the group, INVALID_ARGUMENT for what does not go together, UNAVAILABLE while nothing is
 *   projected yet
 */
export type ReadGateArtifacts = (
  groupId: string,
  query: GateArtifactsQuery,
  call: Call,
) => Promise<GateArtifacts>

const STATES = ['open', 'failed', 'missing'] as const
const WAITING = ['failed', 'missing'] as const

const bad = (problem: string) => new EprError('INVALID_ARGUMENT', problem)

const badPlace = () =>
  bad('after must be the "next" of the page before, with the same order, superseded and at')

const toCursor = ({ since, artifact }: GatePlace): string => `${since}~${artifact}`

function readPlace(after: string | undefined): GatePlace | undefined {
  if (after === undefined) return undefined
  const [, since, artifact] = /^(\d{4}-\d\d-\d\dT[\d:.]+Z)~(\d{1,18})$/.exec(after) ?? []
  if (since === undefined || artifact === undefined) throw badPlace()
  return { since, artifact }
}

function readId(after: string | undefined): string | undefined {
  if (after === undefined || /^[^~]{1,64}$/.test(after)) return after
  throw badPlace()
}

/** What a row's cells say together; undefined when none has an event. */
function standingOf(cells: readonly CellRow[]): Pick<GateArtifact, 'state' | 'since'> | undefined {
  const { state, since } = gateStanding(cells.map((cell) => ({ state: cell.state, since: cell.recorded_at })))
  return since === null ? undefined : { state, since }
}

const toCell = ({ event_receiver_id, state, event_id, since, failures }: CellRow): GateCell => ({
  event_receiver_id,
  state,
  event_id,
  since,
  failures,
})

/** For each of the artifacts its cells. */
async function cellsOf(
  connection: Connection,
  groupId: string,
  artifacts: readonly { nvrpp: Buffer; last_seq: string }[],
  at: string | undefined,
): Promise<CellRow[][]> {
  const cells: CellRow[][] = artifacts.map(() => [])
  for (const cell of await selectCells(connection, groupId, artifacts, at)) cells[cell.place - 1]?.push(cell)
  return cells
}

/** A row before anybody has said what its receivers are called. */
type BareArtifact = Omit<GateArtifact, 'explanation'>

function toArtifact(
  row: Omit<BareArtifact, 'cells' | 'superseded'>,
  cells: readonly CellRow[],
  { superseded }: Pick<GateArtifact, 'superseded'>,
): BareArtifact {
  const { name, version, release, platform_id, package: pkg, state, since } = row
  return {
    name,
    version,
    release,
    platform_id,
    package: pkg,
    state,
    since,
    superseded,
    cells: cells.map(toCell),
  }
}

/** The greatest bigint: behind every event. */
const END = '9223372036854775807'

export function createGateArtifacts(database: Database): ReadGateArtifacts {
  /** Those that are kept: what no newer one has superseded. */
  async function readKept(groupId: string, query: GateArtifactsQuery) {
    const { order, limit, name } = query
    const states = query.states ?? (order === 'waiting' ? WAITING : STATES)
    const page = { groupId, states, order, after: readPlace(query.after), limit: limit + 1 }
    const filter = name === undefined ? undefined : toNameFilter(name)
    const rows = await (filter ? selectNamedGates(database, page, filter) : selectGates(database, page))
    if (!rows)
      throw bad(
        `more than ${MAX_NAMED} artifacts are called ${name}: write more of the name, or filter by state`,
      )
    const kept = rows.slice(0, limit)
    const cells = await cellsOf(database, groupId, kept, undefined)
    const last = kept.at(-1)
    return {
      data: kept.map((row: GateRow, place) => toArtifact(row, cells[place] ?? [], { superseded: false })),
      next: rows.length > limit && last ? toCursor(last) : null,
    }
  }

  /** Any, as they stood at a moment or as they stand: from the events themselves. */
  async function readSeen(groupId: string, query: GateArtifactsQuery) {
    const { at, name, limit } = query
    const top = at === undefined ? undefined : firstIdOf(Date.parse(at) + ID_TIME_SLACK_MS)
    const { rows: seen, next } = await selectSeen(database, {
      groupId,
      top,
      before: readId(query.after),
      limit,
    })
    const named = name === undefined ? seen : seen.filter((row) => matchesPattern(name, row.name))
    const cells = await cellsOf(
      database,
      groupId,
      named.map(({ nvrpp }) => ({ nvrpp, last_seq: END })),
      at,
    )
    const data = named.flatMap((row, place) => {
      const own = cells[place] ?? []
      const standing = standingOf(own)
      if (!standing || !(query.states ?? STATES).includes(standing.state)) return []
      return [toArtifact({ ...row, ...standing }, own, { superseded: row.is_superseded })]
    })
    return { data, next }
  }

  const warningsOf = async (groupId: string) =>
    (await selectStuck(database, STUCK_DAYS, groupId)).map((row) => explainStuck(row, STUCK_DAYS, Date.now()))

  return async (groupId, query, { principal }) => {
    assertMay(principal, { verb: 'read' })
    if (query.at !== undefined && Date.parse(query.at) > Date.now())
      throw bad('at is in the future: nobody knows yet how the gate stands then')
    const isSeen = query.superseded || query.at !== undefined
    if (isSeen && query.order === 'waiting')
      throw bad('order=waiting is of what waits now and is not superseded: leave out at and superseded')
    const [group] = await selectGroupsById(database, [groupId])
    if (!group) throw groupNotFound(groupId)
    const progress = await (isSeen ? selectProjectionProgress : getProgress)(database)
    const { data, next } = await (isSeen ? readSeen : readKept)(groupId, query)
    const receivers = await selectReceiverNames(database, group.event_receiver_ids)
    const labels = toLabels(receivers)
    const names = new Map(receivers.map(({ id }, place) => [id, labels[place]]))
    const nowMs = query.at === undefined ? Date.now() : Date.parse(query.at)
    const explain = ({ state, since, cells }: BareArtifact): string => {
      const explained = cells.map((cell) => ({
        ...cell,
        name: names.get(cell.event_receiver_id) ?? cell.event_receiver_id,
      }))
      return explainGate({ state, since, receivers: explained }, nowMs)
    }
    return {
      data: data.map(({ cells, ...artifact }) => ({
        ...artifact,
        explanation: explain({ ...artifact, cells }),
        cells,
      })),
      receivers,
      warnings: query.at === undefined ? await warningsOf(groupId) : [],
      counts: query.at === undefined ? await countGates(database, groupId) : null,
      cursor: query.at === undefined ? (progress?.cursor ?? null) : null,
      history: progress?.history ?? null,
      next,
    }
  }
}
