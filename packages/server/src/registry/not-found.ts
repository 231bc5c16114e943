import { EprError, isId } from '@epr/model'

/** Ids are compared as they are written; the original's, which are kept, need not be ULIDs. */
export function hintAt(id: string): string {
  const capitals = id.toUpperCase()
  return capitals !== id && isId(capitals) ? `: ids are written in capitals, ${capitals}` : ''
}

/** @param what `event`, with this id, is not there */
export const notFound = (what: string, id: string) =>
  new EprError('NOT_FOUND', `there is no ${what} ${JSON.stringify(id)}${hintAt(id)}`)
