import type { Connection } from '../../src/storage/database.js'

/**
 * What the schema `epr` holds, as SQL to read: columns, constraints, indexes and the functions' signatures, all by
 * name. What a function does stands in its file.
 */
const DUMP = `
  with relation as (
    select c.oid, c.relname, c.reloptions from pg_class c
    where c.relnamespace = 'epr'::regnamespace and c.relkind = 'r'
  ), part as (
    select r.oid, 0 as kind, a.attnum as place, format('  %s %s%s%s%s%s', a.attname, format_type(a.atttypid, a.atttypmod),
             case when a.attcollation = co.oid and co.collname <> 'default' then format(' collate "%s"', co.collname) end,
             case when a.attnotnull then ' not null' end,
             case when a.attidentity = 'a' then ' generated always as identity' end,
             ' default ' || pg_get_expr(d.adbin, d.adrelid)) as line
    from relation r join pg_attribute a on a.attrelid = r.oid and a.attnum > 0 and not a.attisdropped
    left join pg_attrdef d on d.adrelid = r.oid and d.adnum = a.attnum
    left join pg_collation co on co.oid = a.attcollation
    union all
    select r.oid, 1, row_number() over (partition by r.oid order by k.conname),
           format('  constraint %s %s', k.conname, pg_get_constraintdef(k.oid))
    from relation r join pg_constraint k on k.conrelid = r.oid and k.contype <> 'n'
  ), created as (
    select r.relname as name, format(E'create table %s (\\n%s\\n)%s;', r.relname,
             (select string_agg(line, E',\\n' order by kind, place) from part where part.oid = r.oid),
             ' with (' || array_to_string(r.reloptions, ', ') || ')') as sql
    from relation r
  ), indexed as (
    select i.tablename as name, string_agg(i.indexdef || ';', E'\\n' order by i.indexname) as sql
    from pg_indexes i where i.schemaname = 'epr'
      and not exists (select from pg_constraint k where k.conname = i.indexname and k.contype in ('p', 'u'))
    group by i.tablename
  )
  select coalesce((select string_agg(concat_ws(E'\\n', created.sql, indexed.sql), E'\\n\\n' order by created.name)
                   from created left join indexed using (name)), '') || E'\\n\\n' ||
         coalesce((select string_agg(format('-- function %s(%s) returns %s', proname, pg_get_function_arguments(oid),
                                            pg_get_function_result(oid)), E'\\n' order by proname)
                   from pg_proc where pronamespace = 'epr'::regnamespace), '') || E'\\n' as dump`

export async function dumpSchema(connection: Connection): Promise<string> {
  const [row] = await connection.query<{ dump: string }>(DUMP)
  return row?.dump ?? ''
}
