import type { Component, FoundComponent, FoundComponents, Nvrpp } from '@epr/model'
import type { Connection } from './database.js'

export interface ComponentRow extends Component {
  num: number
  /** `npm/lodash`: its package URL in lower case, between scheme and version. */
  package: string | null
}

/** How components are looked up: each way by an index. */
export type ComponentFilter =
  | { by: 'package'; purl: string }
  | { by: 'cpe'; cpe: string }
  | { by: 'hash'; hash: string }
  /** In lower case, `/` behind each group; `versions` are those that will do, undefined for all. */
  | { by: 'name'; name: string; versions: readonly string[] | undefined }
  /** How names begin, with their group or without. */
  | { by: 'prefix'; prefix: string }

const FIELDS = 'c.num, c.name, c.version, c.purl, c.cpe, c.package'

/** The end of all texts that begin so. */
const END = '\u{10ffff}'

/** `%s` as a whole name, or behind groups; a major version that Go writes behind it may be left out. */
const ENDS_WITH = `(
  right('/' || c.full_name, length($1::text) + 1) = '/' || $1::text
  or right('/' || regexp_replace(c.full_name, '/v[0-9]+$', ''), length($1::text) + 1) = '/' || $1::text
  or right('/' || lower(replace(c.name, ':', '/')), length($1::text) + 1) = '/' || $1::text
)`

/** Components, at most `limit` of them. Indexes components_package, _plain_name, _full_name; component_keys_pkey. */
export function selectComponents(
  connection: Connection,
  filter: ComponentFilter,
  limit: number,
): Promise<ComponentRow[]> {
  const byKey = (key: string, value: string) =>
    connection.query<ComponentRow>(
      `select ${FIELDS} from component_keys k
       cross join lateral (select * from components where num = k.component offset 0) as c
       where k.key = ${key} limit $2::int`,
      [value, limit],
    )
  switch (filter.by) {
    case 'package':
      return connection.query<ComponentRow>(
        `select ${FIELDS} from components c where package = component_package($1::text) limit $2::int`,
        [filter.purl, limit],
      )
    case 'cpe':
      return byKey(`text_key('cpe:' || cpe_name($1::text))`, filter.cpe)
    case 'hash':
      return byKey('hash_key($1::text)', filter.hash)
    case 'name':
      return connection.query<ComponentRow>(
        `select ${FIELDS} from (
           select num from components
           where plain_name = any (array[last_name($1::text), translate(last_name($1::text), '_.', '--')])
             and ($3::text[] is null or version = any ($3::text[]))
           union
           select component from component_keys where key = text_key('name:' || last_name($1::text))
         ) as called
         cross join lateral (select * from components where num = called.num offset 0) as c
         where (strpos($1::text, '/') = 0 or ${ENDS_WITH}) and ($3::text[] is null or c.version = any ($3::text[]))
         limit $2::int`,
        [filter.name, limit, filter.versions ?? null],
      )
    case 'prefix':
      return connection.query<ComponentRow>(
        `select ${FIELDS} from (
           (select num from components where plain_name >= $1::text and plain_name < $1::text || '${END}' limit $2::int)
           union
           (select num from components
            where full_name >= $1::text and full_name < $1::text || '${END}' and full_name <> plain_name limit $2::int)
         ) as called
         cross join lateral (select * from components where num = called.num offset 0) as c
         limit $2::int`,
        [filter.prefix, limit],
      )
  }
}

export interface HolderRow
  extends Nvrpp,
    Pick<FoundComponent, 'event_id' | 'event_receiver_id' | 'created_at' | 'deployed_in'> {
  num: number
}

export interface HolderPage {
  /** In the order of the answer. */
  nums: readonly number[]
  /** Of the first of these, behind this one. */
  after: string | undefined
  limit: number
}

/**
 * The artifacts that hold these components, of each what was recorded last first. Indexes sboms_components, artifacts_pkey,
 * events_pkey, delivery_facts_artifact, delivery_facts_line. A component after another is asked for, until the page is full: to
 * sort them all by time would read all that hold any of them.
 */
export function selectHolders(
  connection: Connection,
  { nums, after, limit }: HolderPage,
): Promise<HolderRow[]> {
  return connection.query<HolderRow>(
    `select page.num, page.event_id, page.event_receiver_id, e.created_at,
            a.name, a.version, a.release, a.platform_id, a.package, deployed.environments as deployed_in
     from (
       select c.num, c.place, s.* from unnest($1::int[]) with ordinality as c (num, place)
       cross join lateral (
         select artifact, event_receiver_id, event_id from sboms
         where components @> array[c.num] and ($2::text is null or c.place > 1 or event_id < $2::text)
         order by event_id desc limit $3::int
       ) as s
       limit $3::int
     ) as page
     cross join lateral (select * from artifacts where first_seq = page.artifact offset 0) as a
     cross join lateral (select created_at from events where id = page.event_id offset 0) as e
     cross join lateral (
       select coalesce(array_agg(distinct d.environment order by d.environment), '{}') as environments
       from delivery_facts d
       where d.artifact = page.artifact and d.kind = 'deployment' and not exists (
         select from delivery_facts later join artifacts other on other.first_seq = later.artifact
         where later.name = d.name and later.environment = d.environment and later.kind = 'deployment'
           and (later.at, later.seq) > (d.at, d.seq)
           and later.artifact <> d.artifact and other.line = a.line
       )
     ) as deployed
     order by page.place, page.event_id desc`,
    [nums, after ?? null, limit],
  )
}

/** What was recorded and is not searched: asked before what is, nothing that was read meanwhile is missing from both. Index sboms_problem. */
export async function selectUnread(connection: Connection): Promise<FoundComponents['unread']> {
  const [queue] = await connection.query<{ waiting: number }>(
    'select count(*)::int as waiting from (select from sbom_queue limit 1000) as queue',
  )
  const broken = await connection.query<{ event_id: string; problem: string }>(
    'select problem_id as event_id, problem from sboms where problem_id is not null order by problem_id desc limit 20',
  )
  return { waiting: queue?.waiting ?? 0, broken }
}
