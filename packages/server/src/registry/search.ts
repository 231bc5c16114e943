import {
  EprError,
  MAX_SEARCH_CHARS,
  SEARCH_READINGS,
  type SearchAnswer,
  type SearchHit,
  type SearchReading,
} from '@epr/model'
import { assertMay } from '../access/rights.js'
import type { Call } from '../call.js'
import type { Database } from '../storage/database.js'
import { selectProjectionProgress } from '../storage/projections.js'
import type { FindComponents } from './components.js'
import { getProgress } from './progress.js'
import { createSearchHits, MAX_HITS } from './search-hits.js'
import { readSearchText } from './search-text.js'

/**
 * Finds whatever a text names: by what it is taken for, which the answer says.
 *
 * @throws EprError INVALID_ARGUMENT for a text that is empty, too long, or not the package URL, hash or component that it claims
 *   to be; UNAVAILABLE while nothing is projected yet of what it asks for
 */
export type Search = (q: string, call: Call) => Promise<SearchAnswer>

/** What is found in tables that are made behind the commit. */
const PROJECTED: ReadonlySet<SearchReading> = new Set(['package_url', 'name_version', 'name', 'component'])

/** @throws EprError INVALID_ARGUMENT */
function toText(q: string): string {
  const text = q.trim()
  if (text === '')
    throw new EprError(
      'INVALID_ARGUMENT',
      'q must say what is looked for: an id, a name, name@version, pkg:type/name, component:name, a hash, a cursor or a time',
    )
  if (text.length > MAX_SEARCH_CHARS)
    throw new EprError(
      'INVALID_ARGUMENT',
      `q must have at most ${MAX_SEARCH_CHARS} characters: write how the name begins`,
    )
  return text
}

/** Of each kind as many as are shown, in the order of `hits`. */
function cut(hits: readonly SearchHit[]): Pick<SearchAnswer, 'data' | 'more'> {
  const data: SearchHit[] = []
  const counts = new Map<SearchHit['kind'], number>()
  for (const hit of hits) {
    const count = (counts.get(hit.kind) ?? 0) + 1
    counts.set(hit.kind, count)
    if (count <= MAX_HITS) data.push(hit)
  }
  return { data, more: [...counts].flatMap(([kind, count]) => (count > MAX_HITS ? [kind] : [])) }
}

/** @param findComponents answers what is taken for a component */
export function createSearch(database: Database, findComponents: FindComponents): Search {
  const findAs = createSearchHits(database, findComponents)
  return async (q, call) => {
    assertMay(call.principal, { verb: 'read' })
    const readings = readSearchText(toText(q))
    const isProjected = readings.some(({ as }) => PROJECTED.has(as))
    const progress = await (isProjected ? getProgress : selectProjectionProgress)(database)
    const hits: SearchHit[] = []
    const notes: string[] = []
    const takenFor: SearchReading[] = []
    for (const { as, text } of readings) {
      const found = await findAs[as](text, call)
      if (found.hits.length > 0) takenFor.push(as)
      hits.push(...found.hits)
      notes.push(...(found.notes ?? []))
    }
    const isEmpty = hits.length === 0
    return {
      ...cut(hits),
      taken_for: takenFor.map((as) => ({ as, words: SEARCH_READINGS[as] })),
      tried: isEmpty ? readings.map(({ as }) => SEARCH_READINGS[as]) : [],
      notes: isEmpty && readings.some(({ as }) => as === 'name') ? [...notes, ELSEWHERE] : notes,
      cursor: progress?.cursor ?? null,
      history: progress?.history ?? null,
    }
  }
}

/** Where names stand that nobody looks for unasked. */
const ELSEWHERE =
  'names are compared with capitals as they are; component: before a name looks for it in SBOMs'
