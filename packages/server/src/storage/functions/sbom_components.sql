-- The components of an SBOM as tools write them, at most p_limit: CycloneDX, with what is nested and what the SBOM is of
-- (metadata.component), and SPDX 2. What has no name is left out, and what is too long for an index is cut.
create or replace function sbom_components(p_document jsonb, p_limit int)
returns table (name text, version text, purl text, cpe text, package text, full_name text, plain_name text, keys uuid[])
language sql stable
as $$
  with recursive cyclonedx as (
    select value, 1 as depth from (
      select p_document->'metadata'->'component' as value
      union all
      select jsonb_array_elements(items(p_document->'components'))
    ) as top
    where p_document ? 'bomFormat'
    union all
    -- A level deeper is another copy of all below it.
    select below.value, depth + 1
    from cyclonedx cross join lateral jsonb_array_elements(items(cyclonedx.value->'components')) as below
    where cyclonedx.value ? 'components' and depth < 10
  ), written as (
    select coalesce(nullif(left(value->>'group', 150), '') || '/', '') || left(value->>'name', 300) as name,
           value->>'version' as version, value->>'purl' as purl,
           case when value ? 'cpe' then array[value->>'cpe'] end || case when value ? 'properties' then array(
             select property->>'value' from jsonb_array_elements(items(value->'properties')) as property
             where property->>'name' = 'syft:cpe23' limit 16
           ) end as cpes,
           case when value ? 'hashes' then array(
             select hash->>'content' from jsonb_array_elements(items(value->'hashes')) as hash limit 16
           ) end || case when value ? 'externalReferences' then array(
             -- Syft has those of a JAR there, and npm's tarballs are there too.
             select hash #>> '{}' from jsonb_path_query(value, 'lax $.externalReferences[*].hashes[*].content') as hash limit 16
           ) end as hashes
    from cyclonedx
    union all
    select left(value->>'name', 300), nullif(value->>'versionInfo', 'NOASSERTION'),
           (select reference->>'referenceLocator' from jsonb_array_elements(items(value->'externalRefs')) as reference
            where reference->>'referenceType' = 'purl' limit 1),
           array(select reference->>'referenceLocator' from jsonb_array_elements(items(value->'externalRefs')) as reference
                 where reference->>'referenceType' in ('cpe22Type', 'cpe23Type') limit 16),
           case when value ? 'checksums' then array(
             select checksum->>'checksumValue' from jsonb_array_elements(items(value->'checksums')) as checksum limit 16
           ) end
    from jsonb_array_elements(items(p_document->'packages')) as value
    where p_document ? 'spdxVersion'
  ), cut as materialized (
    select row_number() over () as place, left(name, 300) as name, left(coalesce(version, ''), 200) as version,
           case when length(purl) <= 1000 then purl end as purl, component_package(left(purl, 500)) as package, cpes, hashes,
           lower(replace(left(name, 300), ':', '/')) as written_name
    from written where name <> '' limit p_limit
  ), named as materialized (
    select *, last_name(full_name) as plain_name from (
      select *, coalesce(nullif(substr(package, strpos(package, '/') + 1), ''), written_name) as full_name from cut
    ) as c
  ), known_by as materialized (
    select place, array_agg(distinct key order by key) as keys
    from (
      select place, hash_key(hash) as key from named cross join unnest(hashes) as hash
      union all
      select place, text_key('cpe:' || cpe_name(cpe)) from named cross join unnest(cpes) as cpe where length(cpe) <= 500
      union all
      -- Under its own name too, where its package is called otherwise.
      select place, text_key('name:' || last_name(written_name)) from named
      where written_name <> full_name and last_name(written_name) <> plain_name
    ) as each_key
    where key is not null group by place
  )
  select name, version, purl, case when length(cpes[1]) <= 500 then cpes[1] end, package, full_name, plain_name,
         coalesce(keys, '{}')
  from named left join known_by using (place)
$$;
