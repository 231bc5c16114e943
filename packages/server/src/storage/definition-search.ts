import type { SearchHit } from '@epr/model'
import type { Connection } from './database.js'

const TABLES = { receiver: 'event_receivers', group: 'event_receiver_groups' } as const

/** What is said of each where it is one of many. */
export const LISTED = {
  receiver: ['id', 'name', 'type', 'version', 'fingerprint', 'created_at'],
  group: ['id', 'name', 'type', 'version', 'enabled', 'created_at'],
} as const

type DefinitionKind = keyof typeof TABLES
/** A receiver or a group, as it is listed. */
export type DefinitionRow<Kind extends DefinitionKind> = Omit<
  Extract<SearchHit, { kind: Kind }>,
  'kind' | 'path'
>

/**
 * Receivers or groups of whose name or type this is a part, in any case; with an `@` in it, of name and version together. What
 * has just this name first, then what is newest. Goes from the newest on until enough are found: definitions are few.
 */
export function selectDefinitionsLike<const Kind extends DefinitionKind>(
  connection: Connection,
  kind: Kind,
  text: string,
  limit: number,
): Promise<DefinitionRow<Kind>[]> {
  const fields = LISTED[kind].join(', ')
  const version = text.lastIndexOf('@') > 0 ? ` || '@' || version` : ''
  const holds = (column: string) => `strpos(lower(${column}${version}), lower($1::text)) > 0`
  const newest = (place: number, condition: string) =>
    `(select ${fields}, ${place} as place from ${TABLES[kind]} where ${condition} order by id desc limit $2::int)`
  return connection.query<DefinitionRow<Kind>>(
    `select ${fields} from (
       ${newest(0, 'name = $1::text')} union all
       ${newest(1, `name <> $1::text and (${holds('name')} or ${holds('type')})`)}
     ) as found order by place, id desc limit $2::int`,
    [text, limit],
  )
}

/** The receivers of a fingerprint, the newest first. Index event_receivers_fingerprint. */
export function selectByFingerprint(
  connection: Connection,
  fingerprint: string,
  limit: number,
): Promise<DefinitionRow<'receiver'>[]> {
  return connection.query<DefinitionRow<'receiver'>>(
    `select ${LISTED.receiver.join(', ')} from event_receivers where fingerprint = $1::text order by id desc limit $2::int`,
    [fingerprint, limit],
  )
}
