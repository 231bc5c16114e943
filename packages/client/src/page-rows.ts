import { EprError } from '@epr/model'
import type { Features } from './http/http.js'
import type { FindAllOptions } from './search-options.js'

export type Row = Record<string, unknown>

/** The arguments that page a search, with their types. The original knows none of them. */
export const PAGE_ARGUMENTS = {
  limit: 'Int',
  after: 'ID',
  order: 'Order',
  created_after: 'Time',
  created_before: 'Time',
}

export type PageVariables = { [Name in keyof typeof PAGE_ARGUMENTS]?: string | number | undefined }

export interface Page {
  rows: Row[]
  /** Where the server cut the list, when it says that it did. */
  next: string | undefined
}

export interface PagedSearch {
  /** What the caller wants to see of each row. */
  fields: readonly string[]
  options: FindAllOptions<string>
  features: Features
  /** Whether the features must be known before anything is asked for. */
  mustMeet: boolean
  /** Makes the features known. */
  meet(): Promise<void>
  fetchPage(fields: readonly string[], page: PageVariables): Promise<Page>
}

const MAX_PAGE_SIZE = 1_000
const HEAVY_PAGE_SIZE = 100
const HEAVY_FIELDS = new Set(['payload', 'schema'])

function refuse(problem: string): never {
  throw new EprError('INVALID_ARGUMENT', problem)
}

function checkCount(name: string, value: number | undefined, max: number): void {
  if (value === undefined || (Number.isInteger(value) && value >= 1 && value <= max)) return
  refuse(`${name} must be a whole number from 1${max === Infinity ? '' : ` to ${max}`}`)
}

const byId = (a: Row, b: Row): number => (String(a.id) < String(b.id) ? -1 : 1)

/** What the caller did not ask for is not shown: the id was fetched for the sake of order. */
function pick(rows: Row[], fields: readonly string[]): Row[] {
  if (fields.includes('id')) return rows
  return rows.map(({ id: _, ...row }) => row)
}

/** The whole list in one answer, put in order here: what the original can do. */
async function plainPage({ fields, options, fetchPage }: PagedSearch): Promise<Page> {
  const { order, limit, after, created_after, created_before } = options
  if ((after ?? created_after ?? created_before) !== undefined) {
    refuse('this server cannot search from an id or between moments: it does not have the feature "cursor"')
  }
  const { rows, next } = await fetchPage(order === undefined ? fields : withId(fields), {})
  if (order !== undefined) rows.sort(byId)
  if (order === 'desc') rows.reverse()
  return { rows: pick(limit === undefined ? rows : rows.slice(0, limit), fields), next }
}

const withId = (fields: readonly string[]): string[] => [...new Set(['id', ...fields])]

/**
 * All pages of a search. A server without the feature `cursor` gets one plain query; when it turns out by that
 * answer to be ours, which has cut it, the rest is fetched page by page.
 */
export async function* pageRows(search: PagedSearch): AsyncGenerator<Row[], void, undefined> {
  const { fields, options, features, fetchPage } = search
  const { limit = Infinity, order, created_after, created_before } = options
  checkCount('limit', options.limit, Infinity)
  checkCount('pageSize', options.pageSize, MAX_PAGE_SIZE)
  const isHeavy = fields.some((field) => HEAVY_FIELDS.has(field))
  const pageSize = options.pageSize ?? (isHeavy ? HEAVY_PAGE_SIZE : MAX_PAGE_SIZE)
  const wanted = [options.limit, options.pageSize, order, options.after, created_after, created_before]
  if (search.mustMeet || wanted.some((option) => option !== undefined)) await search.meet()

  let after = options.after
  if (!features.has('cursor')) {
    const page = await plainPage(search)
    yield page.rows
    if (page.next === undefined || !features.has('cursor') || options.limit !== undefined) return
    after = page.next
  }
  for (let left = limit; left > 0; ) {
    const size = Math.min(pageSize, left)
    const variables = {
      limit: size,
      after,
      order: (order ?? 'asc').toUpperCase(),
      created_after,
      created_before,
    }
    const { rows, next } = await fetchPage(withId(fields), variables)
    yield pick(rows, fields)
    left -= rows.length
    after = next ?? String(rows.at(-1)?.id)
    // The server may cut a page early, and then says so; a full one may be the last, and then nothing follows.
    if (next === undefined && rows.length < size) return
  }
}
