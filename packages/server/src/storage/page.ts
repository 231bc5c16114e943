import { firstIdOf, type Page, type PageRequest } from '@epr/model'

/**
 * An id says when it was made, to the millisecond of its server's clock, and the pages are in id order: so a
 * span of time is also a span of ids, which needs no index of its own. The exact condition stands beside it;
 * this is how far an imported row's `created_at` may be from its id's time.
 */
export const ID_TIME_SLACK_MS = 10 * 60 * 1000

/** Collects the conditions of a search and their values. Column names come from code, values from callers. */
export interface Conditions {
  readonly values: unknown[]
  /**
   * Adds `sql`, in which `?` stands for `value`; its type is said, because PostgreSQL would guess one from what stands
   * beside it.
   */
  add(sql: `${string}?::${string}`, value: unknown): void
  /** Adds a condition without a value. */
  addPlain(sql: string): void
  /** `where …` of the conditions that `wanted` takes, or nothing when there are none. @default all */
  toSql(wanted?: (sql: string) => boolean): string
}

export function createConditions(): Conditions {
  const values: unknown[] = []
  const parts: string[] = []
  return {
    values,
    add(sql, value) {
      values.push(value)
      parts.push(sql.replace('?', `$${values.length}`))
    },
    addPlain: (sql) => void parts.push(sql),
    toSql(wanted = () => true) {
      const kept = parts.filter(wanted)
      return kept.length === 0 ? '' : `where ${kept.join(' and ')}`
    },
  }
}

/** Adds what a page asks for: its start and its span of time. */
export function addPageConditions(conditions: Conditions, page: PageRequest): void {
  if (page.after !== undefined)
    conditions.add(page.order === 'asc' ? 'id > ?::text' : 'id < ?::text', page.after)
  if (page.created_after !== undefined) {
    conditions.add('created_at >= ?::timestamptz', page.created_after)
    conditions.add('id >= ?::text', firstIdOf(Date.parse(page.created_after) - ID_TIME_SLACK_MS))
  }
  if (page.created_before !== undefined) {
    conditions.add('created_at < ?::timestamptz', page.created_before)
    conditions.add('id < ?::text', firstIdOf(Date.parse(page.created_before) + ID_TIME_SLACK_MS))
  }
}

/** Adds an exact match for each column of `filter` that is given; `null` means "not given". */
export function addMatches(conditions: Conditions, filter: Record<string, string | null | undefined>): void {
  for (const [column, value] of Object.entries(filter)) {
    if (value !== undefined && value !== null) conditions.add(`${column} = ?::text`, value)
  }
}

/** Turns the rows of a query that asked for one more than the limit into a page. */
export function toPage<Row>(rows: Row[], limit: number): Page<Row> {
  return { rows: rows.slice(0, limit), more: rows.length > limit }
}
