-- Records what one flush holds: events, their messages, and the completions of their groups, deciding as if the events
-- had been submitted one by one in their order. READ COMMITTED is required: each statement below sees what was committed
-- before it, and so after the locks were granted.
--
-- p_events is an array of arrays, an event each: id, key of the NVRPP (model/nvrpp.ts), name, version, release,
-- platform_id, package, description, payload, success, event_receiver_id, created_at, type of its
-- receiver, number of its actor (null without one, and from a server of the version before). p_large is the
-- payload of an event that is alone and whose own is null. p_receivers are the events' receivers, each once. p_key,
-- p_digest and p_result are the idempotency keys of requests that have one. When one of those has been used elsewhere
-- meanwhile nothing is written: unique_violation on idempotency_keys_pkey. Returns how many groups were completed.
create or replace function record_events(
  p_events jsonb, p_large text, p_receivers text[], p_key bytea[], p_digest bytea[], p_result text[]
) returns int
language plpgsql
-- Custom plans cost more than they bring: the contents do not change the best plan. And a generic plan made while the
-- tables are small must be the one that is right when they have grown: from each event by index to its groups and their
-- members, and never over all of those to make a hash of them.
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
set enable_bitmapscan = off
as $$
declare
  v_claimed int;
  v_seq bigint[];
  v_id text[];
  v_nvrpp bytea[];
  v_success boolean[];
  v_event_receiver_id text[];
  v_type text[];
  v_at bigint[];
  v_types text[];
  v_groups text[];
  v_enabled boolean[];
  v_updated_at timestamptz[];
  v_repeated boolean[];
begin
  if cardinality(p_key) > 0 then
    -- Keys before NVRPPs and both in order: two flushes never wait for each other in a circle.
    insert into idempotency_keys (key, digest, result)
    select key, digest, result::json from unnest(p_key, p_digest, p_result) as k (key, digest, result)
    order by key
    on conflict (key) do update
      set digest = excluded.digest, result = excluded.result, created_at = now()
      where idempotency_keys.created_at < now() - interval '24 hours';
    get diagnostics v_claimed = row_count;
    if v_claimed < cardinality(p_key) then
      raise unique_violation using message = 'an idempotency key has just been used',
                                   constraint = 'idempotency_keys_pkey';
    end if;
  end if;

  if jsonb_array_length(p_events) = 0 then
    return 0;
  end if;

  -- Locks every NVRPP of the flush until commit, as a statement of its own: the snapshot of a statement that takes a
  -- lock is older than the lock, and a gate decided on it loses completions. In order, which the inner select keeps.
  perform pg_advisory_xact_lock(nvrpp) from (
    select distinct ('x' || encode(substring(sha256(convert_to(e->>1, 'UTF8')) from 1 for 8), 'hex'))::bit(64)::bigint
                    as nvrpp
    from jsonb_array_elements(p_events) as e order by 1
  ) as locks;

  if (select count(*) from event_receivers where id = any(p_receivers)) < cardinality(p_receivers) then
    raise foreign_key_violation using message = 'an event names an event receiver that does not exist';
  end if;

  -- The sequence is drawn here, so that what follows need not read back what has just been written.
  with given as materialized (
    select nextval('events_seq_seq') as seq, e->>0 as id, sha256(convert_to(e->>1, 'UTF8')) as nvrpp, e->>2 as name,
           e->>3 as version, e->>4 as release, e->>5 as platform_id, e->>6 as package, e->>7 as description,
           coalesce(e->>8, p_large) as payload, (e->9)::boolean as success, e->>10 as event_receiver_id,
           (e->>11)::timestamptz as created_at, e->>12 as type,
           (e->>13)::int as actor_id
    from jsonb_array_elements(p_events) as e
  ), stored as (
    insert into events (seq, id, nvrpp, name, version, release, platform_id, package, description, payload,
                        payload_bytes, success, event_receiver_id, created_at, actor_id)
    overriding system value
    select seq, id, nvrpp, name, version, release, platform_id, package, description, payload::json,
           octet_length(payload), success, event_receiver_id, created_at, actor_id
    from given
  )
  select array_agg(seq), array_agg(id), array_agg(nvrpp), array_agg(success), array_agg(event_receiver_id), array_agg(type)
  into v_seq, v_id, v_nvrpp, v_success, v_event_receiver_id, v_type
  from given;

  select places, types, group_ids, groups_enabled, groups_updated_at, groups_repeated
  into v_at, v_types, v_groups, v_enabled, v_updated_at, v_repeated
  from decide_gates(v_seq, v_nvrpp, v_success, v_event_receiver_id);

  if v_at is null then
    insert into outbox (kind, size, types, event_ids) values ('events', cardinality(v_id), v_type, v_id);
    return 0;
  end if;

  -- Each event's own message, and behind it its completions.
  insert into outbox (kind, size, types, event_ids, group_ids, groups_enabled, groups_updated_at, groups_repeated)
  select 'events', count(*), array_agg(type), array_agg(event_id), array_agg(group_id), array_agg(enabled),
         array_agg(updated_at), array_agg(repeated)
  from (
    select position, type, event_id, null as group_id, null::boolean as enabled, null::timestamptz as updated_at,
           null::boolean as repeated
    from unnest(v_type, v_id) with ordinality as e (type, event_id, position)
    union all
    select position, type, v_id[position], group_id, enabled, updated_at, repeated
    from unnest(v_at, v_types, v_groups, v_enabled, v_updated_at, v_repeated)
         as c (position, type, group_id, enabled, updated_at, repeated)
    order by position, group_id nulls first
  ) as message;
  return cardinality(v_at);
end
$$;
