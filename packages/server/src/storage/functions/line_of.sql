-- What the versions of an artifact have in common: 8 bytes of the SHA-256 of these three.
create or replace function line_of(p_name text, p_platform_id text, p_package text) returns bigint
language sql stable as $$
  select ('x' || encode(substring(sha256(convert_to(
    json_build_array(p_name, p_platform_id, p_package)::text, 'UTF8')) from 1 for 8), 'hex'))::bit(64)::bigint
$$;
