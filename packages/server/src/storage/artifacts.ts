import type { Artifact, Nvrpp } from '@epr/model'
import type { Connection } from './database.js'
import type { NameFilter } from './gate-artifacts.js'

export interface ArtifactRow extends Artifact {
  first_seq: string
}

export interface ArtifactPage {
  /** A name, or how it begins; undefined for all. */
  name: NameFilter | undefined
  version: string | undefined
  /** Behind this one. */
  after: { name: string; first_seq: string } | undefined
  limit: number
}

const FIELDS = 'first_seq, name, version, release, platform_id, package, first_at, last_at, events, failures'

/** The end of all texts that begin so. */
const END = '\u{10ffff}'

/**
 * Artifacts, the one that was first seen last first; those whose name begins so in the order of their names. Indexes
 * artifacts_pkey and artifacts_name.
 */
export function selectArtifacts(
  connection: Connection,
  { name, version, after, limit }: ArtifactPage,
): Promise<ArtifactRow[]> {
  const isVersion = '($2::text is null or version = $2::text)'
  if (name === undefined)
    return connection.query<ArtifactRow>(
      `select ${FIELDS} from artifacts
       where ($1::bigint is null or first_seq < $1::bigint) and ${isVersion}
       order by first_seq desc limit $3::int`,
      [after?.first_seq ?? null, version ?? null, limit],
    )
  if (!name.isPrefix)
    return connection.query<ArtifactRow>(
      `select ${FIELDS} from artifacts
       where name = $4::text and ($1::bigint is null or first_seq < $1::bigint) and ${isVersion}
       order by first_seq desc limit $3::int`,
      [after?.first_seq ?? null, version ?? null, limit, name.text],
    )
  return connection.query<ArtifactRow>(
    `select ${FIELDS} from artifacts
     where name >= coalesce($5::text, $4::text) and name < $4::text || '${END}'
       and ($5::text is null or (name, first_seq) > ($5::text, $1::bigint)) and ${isVersion}
     order by name, first_seq limit $3::int`,
    [after?.first_seq ?? null, version ?? null, limit, name.text, after?.name ?? null],
  )
}

/** A name, and what else is given. */
type CalledFilter = Pick<Nvrpp, 'name'> & { [Field in keyof Nvrpp]?: string | undefined }

/**
 * The artifacts of a name, the one that was first seen last first, and of the other fields those that are given. Indexes
 * artifacts_version with a version, else artifacts_name.
 */
export function selectCalled(
  connection: Connection,
  { name, version, release, platform_id, package: pkg }: CalledFilter,
  limit: number,
): Promise<ArtifactRow[]> {
  const ofVersion = `name || '@' || version collate "C" = $1::text || '@' || $2::text and version = $2::text`
  return connection.query<ArtifactRow>(
    `select ${FIELDS} from artifacts
     where name = $1::text and ${version === undefined ? '$2::text is null' : ofVersion}
       and ($3::text is null or release = $3::text) and ($4::text is null or platform_id = $4::text)
       and ($5::text is null or package = $5::text)
     order by first_seq desc limit $6::int`,
    [name, version ?? null, release ?? null, platform_id ?? null, pkg ?? null, limit],
  )
}

/**
 * Of each name that begins so, and is longer, the artifact that was first seen last; in the order of names. Index
 * artifacts_name, looked into once for each name, however many artifacts have it.
 */
export function selectNamesakes(
  connection: Connection,
  prefix: string,
  limit: number,
): Promise<ArtifactRow[]> {
  const next = (before: string) =>
    `select name from artifacts where name > ${before} and name < $1::text || '${END}' order by name limit 1`
  return connection.query<ArtifactRow>(
    `with recursive called as (
       (select name, 1 as place from (${next('$1::text')}) as first)
       union all
       select next.name, place + 1 from called cross join lateral (${next('called.name')}) as next
       where place < $2::int
     )
     select newest.* from called cross join lateral (
       select ${FIELDS} from artifacts where name = called.name order by first_seq desc limit 1
     ) as newest order by called.place`,
    [prefix, limit],
  )
}

export interface ArtifactEvent {
  id: string
  event_receiver_id: string
  success: boolean
  created_at: string
}

/** The newest events of an artifact, the last one first. Index events_gate. */
export function selectArtifactEvents(
  connection: Connection,
  nvrpp: Buffer,
  limit: number,
): Promise<ArtifactEvent[]> {
  return connection.query<ArtifactEvent>(
    `select id, event_receiver_id, success, created_at from events
     where nvrpp = $1::bytea order by seq desc limit $2::int`,
    [nvrpp, limit],
  )
}

export interface ReceiverGroup {
  id: string
  name: string
  version: string
  enabled: boolean
  event_receiver_ids: string[]
  receivers: { id: string; name: string; version: string }[]
}

/** The groups that hold any of these receivers, by their names. Index event_receiver_group_members_receiver. */
export function selectGroupsOf(
  connection: Connection,
  receiverIds: readonly string[],
): Promise<ReceiverGroup[]> {
  return connection.query<ReceiverGroup>(
    `select g.id, g.name, g.version, g.enabled,
            array_agg(m.event_receiver_id order by m.position) as event_receiver_ids,
            jsonb_agg(jsonb_build_object('id', r.id, 'name', r.name, 'version', r.version) order by m.position) as receivers
     from event_receiver_groups g
     join event_receiver_group_members m on m.group_id = g.id
     join event_receivers r on r.id = m.event_receiver_id
     where g.id in (select group_id from event_receiver_group_members where event_receiver_id = any ($1::text[]))
     group by g.id order by g.name, g.id`,
    [receiverIds],
  )
}
