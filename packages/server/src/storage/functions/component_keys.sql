-- What components are found by, made of documents and of questions alike. They are asked of each component of a document: each
-- is one expression, and not strict, so that PostgreSQL sets it in where it is called.

-- Escapes of URLs that tools write, or do not write, stand for the same. Others are left: to decode them can fail.
create or replace function unescape_url(p_text text) returns text
language sql immutable parallel safe
as $$
  select replace(replace(replace(replace(replace(replace(replace(
    p_text, '%40', '@'), '%2b', '+'), '%2f', '/'), '%3a', ':'), '%7e', '~'), '%20', ' '), '%25', '%')
$$;

-- `maven/org.apache.logging.log4j/log4j-core`: a package URL without scheme, version, qualifiers and subpath, in lower case.
-- Names of PyPI are one whether they are written with `-`, `_` or `.` (PEP 503). Null of what is no package URL.
create or replace function component_package(p_purl text) returns text
language sql immutable parallel safe
as $$
  select case when lower(left(p_purl, 4)) = 'pkg:' then translate(
    unescape_url(regexp_replace(
      ltrim(substr(split_part(split_part(lower(p_purl), '?', 1), '#', 1), 5), '/'), '@[^/]*$', ''
    )),
    case when lower(left(p_purl, 9)) = 'pkg:pypi/' then '_.' else '' end, '--'
  ) end
$$;

-- 16 bytes of the SHA-256 of a text.
create or replace function text_key(p_text text) returns uuid
language sql immutable parallel safe
as $$
  select left(encode(sha256(convert_to(p_text, 'UTF8')), 'hex'), 32)::uuid
$$;

-- `vendor:product` of a CPE in either form; null of what is none.
create or replace function cpe_name(p_cpe text) returns text
language sql immutable parallel safe
as $$
  select replace(lower(
    case when p_cpe ~* '^cpe:2\.3:' then substring(p_cpe from '^.{8}[^:]*:((?:[^:\\]|\\.)+:(?:[^:\\]|\\.)+)')
         else unescape_url(substring(p_cpe from '^[Cc][Pp][Ee]:/[^:]*:([^:]+:[^:]+)')) end
  ), '\', '')
$$;

-- The key of a hash in hexadecimal; null of what is none.
create or replace function hash_key(p_hash text) returns uuid
language sql immutable parallel safe
as $$
  select case when length(p_hash) in (32, 40, 64, 96, 128) and p_hash ~ '^[0-9A-Fa-f]+$' then left(p_hash, 32)::uuid end
$$;

-- The last part of a name: log4j-core of org.apache.logging.log4j/log4j-core. A major version that Go writes behind a name is none.
create or replace function last_name(p_name text) returns text
language sql immutable parallel safe
as $$
  select coalesce(
    nullif(split_part(p_name, '/', case when split_part(p_name, '/', -1) ~ '^v[0-9]+$' then -2 else -1 end), ''), p_name
  )
$$;

-- What is an array, for those who take none but arrays.
create or replace function items(p_json jsonb) returns jsonb
language sql immutable parallel safe
as $$
  select case when jsonb_typeof(p_json) = 'array' then p_json end
$$;

-- Whether a payload is worth reading as an SBOM. What is asked of every event: a short one is not looked at.
create or replace function may_be_sbom(p_payload json, p_bytes int) returns boolean
language sql immutable parallel safe
as $$
  select case when p_bytes < 50 then false
              else strpos(p_payload::text, '"bomFormat"') > 0 or strpos(p_payload::text, '"spdxVersion"') > 0 end
$$;
