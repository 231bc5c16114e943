-- Finds the components of an SBOM among those that are known, and adds the others. The caller alone writes them.
create or replace function learn_components(p_document jsonb, p_limit int, out components int[], out is_cut boolean)
language plpgsql
set enable_seqscan = off
as $$
begin
  with found as materialized (
    select *, text_key(jsonb_build_array(name, version, purl, cpe, keys)::text) as key
    from sbom_components(p_document, p_limit + 1)
  ), known as materialized (
    select f.*, c.num
    from (select distinct on (key) * from found order by key) as f
    left join lateral (select num from components where key = f.key offset 0) as c on true
  ), added as (
    insert into components (key, name, version, purl, cpe, package, full_name, plain_name)
    select key, name, version, purl, cpe, package, full_name, plain_name from known where num is null
    returning num, key
  ), keyed as (
    insert into component_keys (key, component)
    select other.key, added.num from added join known using (key) cross join unnest(known.keys) as other (key)
    order by 1, 2
  )
  select coalesce(array_agg(num order by num), '{}'), (select count(*) > p_limit from found)
  into learn_components.components, is_cut
  from (select num from known where num is not null union all select num from added) as nums;
end
$$;
