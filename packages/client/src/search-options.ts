import type { ReadOptions } from './options.js'

/**
 * Which rows a search gives, in which order. `after` and moments are an INVALID_ARGUMENT at a server without the
 * feature `cursor`.
 */
export interface SearchOptions<Field extends string> extends ReadOptions {
  /**
   * The fields to fetch, which are those of the results. `actor` is left out at a server without the feature `actor`.
   *
   * @default all, of events without `actor`
   */
  fields?: readonly Field[] | undefined
  /** How many results at most. 1 or more. @default all there are */
  limit?: number | undefined
  /** By id, which is by the time of creation: oldest first, or newest. @default 'asc' */
  order?: 'asc' | 'desc' | undefined
  /**
   * Only what comes behind this id, in the order of the search. Ids follow the clocks of servers: who comes back with the
   * greatest that they know misses what was recorded after a clock was set back. `messages.stream()` has the order of acceptance.
   */
  after?: string | undefined
  /** Only what was created at or after this moment, RFC 3339. */
  created_after?: string | undefined
  /** Only what was created before this moment, RFC 3339. */
  created_before?: string | undefined
}

/** What `findAll` takes beside. */
export interface FindAllOptions<Field extends string> extends SearchOptions<Field> {
  /** How many results one request fetches. 1 to 1000. @default 1000, or 100 when payloads or schemas are fetched */
  pageSize?: number | undefined
}
