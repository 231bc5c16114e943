import { createHash } from 'node:crypto'
import { EprError, type FoundComponents, NVRPP_FIELDS, type Nvrpp } from '@epr/model'
import { assertMay } from '../access/rights.js'
import type { Call } from '../call.js'
import {
  type ComponentRow,
  type HolderPage,
  type HolderRow,
  selectComponents,
  selectHolders,
  selectUnread,
} from '../storage/components.js'
import type { Database } from '../storage/database.js'
import { explainUndecided, readComponentQuery } from './component-query.js'
import { getProgress } from './progress.js'

/** Which component is looked for. */
export interface ComponentsQuery {
  /** A package URL, a CPE, a hash, or a name with a version, a beginning of one or a range. */
  q: string
  limit: number
  after?: string | undefined
}

/**
 * The artifacts that have a component, as their SBOMs say.
 *
 * @throws EprError INVALID_ARGUMENT, UNAVAILABLE while nothing is projected yet
 */
export type FindComponents = (query: ComponentsQuery, call: Call) => Promise<FoundComponents>

/** More components than this are not gone through for one question. */
const MAX_FOUND = 2_000
const MAX_UNDECIDED = 20

/** Which question a place is one of. */
const markOf = (q: string): string => createHash('sha256').update(q).digest('hex').slice(0, 8)

const toCursor = (q: string, { event_id, num }: HolderRow): string => `${event_id}~${num}~${markOf(q)}`

type HolderSpan = Omit<HolderPage, 'limit'>

interface Place {
  event_id: string
  num: number
}

function readPlace(q: string, after: string | undefined): Place | undefined {
  if (after === undefined) return undefined
  const [, event_id, num, mark] = /^([^~]{1,64})~(\d{1,9})~([0-9a-f]{8})$/.exec(after) ?? []
  if (event_id === undefined || num === undefined || mark !== markOf(q))
    throw new EprError('INVALID_ARGUMENT', 'after must be the "next" of the page before, with the same q')
  return { event_id, num: Number(num) }
}

const { compare } = new Intl.Collator('en', { numeric: true })

/** By package, and of each the highest version first, as far as numbers in a text tell. To compare these is dear: packages are texts. */
function inOrder(one: ComponentRow, other: ComponentRow): number {
  const [name, otherName] = [one.package ?? one.name, other.package ?? other.name]
  if (name !== otherName) return name < otherName ? -1 : 1
  return compare(other.version, one.version) || one.num - other.num
}

/** The components from the place on: those before have been shown. */
function fromPlace(ordered: readonly ComponentRow[], place: Place | undefined): HolderSpan {
  if (!place) return { nums: ordered.map(({ num }) => num), after: undefined }
  const at = ordered.findIndex(({ num }) => num === place.num)
  if (at < 0)
    throw new EprError('INVALID_ARGUMENT', 'after is of answers that were made anew meanwhile: begin again')
  return { nums: ordered.slice(at).map(({ num }) => num), after: place.event_id }
}

const toNvrpp = (row: HolderRow): Nvrpp =>
  Object.fromEntries(NVRPP_FIELDS.map((field) => [field, row[field]])) as Nvrpp

export function createFindComponents(database: Database): FindComponents {
  /** What is meant of what is called so, and what nobody can say that of. */
  async function findMeant(q: string) {
    const { takenFor, filter, isMeant } = readComponentQuery(q)
    const called = await selectComponents(database, filter, MAX_FOUND + 1)
    if (called.length > MAX_FOUND)
      throw new EprError(
        'INVALID_ARGUMENT',
        `q: more than ${MAX_FOUND} components are called so: write more of the name, or a version`,
      )
    const meant: ComponentRow[] = []
    const undecided: ComponentRow[] = []
    for (const component of called) {
      const answer = isMeant(component)
      if (answer !== false) (answer ? meant : undecided).push(component)
    }
    if (undecided.length > 0 && undecided.length === called.length) throw explainUndecided(undecided)
    return { takenFor, meant, undecided }
  }

  return async ({ q, limit, after }, { principal }) => {
    assertMay(principal, { verb: 'read' })
    const place = readPlace(q, after)
    const progress = await getProgress(database)
    const unread = await selectUnread(database)
    const { takenFor, meant, undecided } = await findMeant(q)
    const byNum = new Map(meant.map(({ num, package: _, ...component }) => [num, component]))
    const span = fromPlace(meant.sort(inOrder), place)
    const rows = await selectHolders(database, { ...span, limit: limit + 1 })
    const kept = rows.slice(0, limit)
    const last = kept.at(-1)
    return {
      data: kept.flatMap((row) => {
        const component = byNum.get(row.num)
        const { num: _, event_id, event_receiver_id, created_at, deployed_in } = row
        return component
          ? [{ component, artifact: toNvrpp(row), event_id, event_receiver_id, created_at, deployed_in }]
          : []
      }),
      taken_for: takenFor,
      undecided: undecided.slice(0, MAX_UNDECIDED).map(({ name, version }) => `${name}@${version}`),
      unread,
      ...progress,
      next: rows.length > limit && last ? toCursor(q, last) : null,
    }
  }
}
