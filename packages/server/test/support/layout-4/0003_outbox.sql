-- Messages are kept by commit, not one by one: a row holds all that one commit told. An event then costs its own row
-- and no second one, and a flush of hundreds is numbered by one update.

create table outbox (
  -- The order of writing: within one NVRPP the order of acceptance, over all of them not that of commits.
  id                bigint generated always as identity primary key,
  -- The place of the first message in the feed, given by the leader after the commit; the others follow it without a
  -- gap. Readers see numbered messages only.
  first_cursor      bigint,
  -- When it was numbered: rises with the cursor.
  numbered_at       timestamptz,
  kind              text not null check (kind in ('events', 'receiver', 'group', 'modified')),
  -- How many messages it holds, which is how long the arrays are.
  size              int not null check (size > 0),
  types             text[] not null,
  -- Of events: the event told of, or that has completed the group at the same place.
  event_ids         text[],
  event_receiver_id text collate "C",
  -- Of events: null where an event is told of, else the group that it has completed. Null when none was.
  group_ids         text[],
  -- The groups' state at that moment; all else that a message says never changes and is joined when read.
  groups_enabled    boolean[],
  groups_updated_at timestamptz[]
  -- Rows of flushes up to some 80 events stay in the page, uncompressed.
) with (toast_tuple_target = 8160);
create index outbox_unnumbered on outbox (id) where first_cursor is null;
create unique index outbox_cursor on outbox (first_cursor) where first_cursor is not null;

insert into outbox (id, first_cursor, numbered_at, kind, size, types, event_ids, event_receiver_id, group_ids,
                    groups_enabled, groups_updated_at)
overriding system value
select id, cursor, numbered_at, case when kind in ('event', 'complete') then 'events' else kind end, 1, array[type],
       case when event_id is not null then array[event_id] end,
       case when kind = 'receiver' then event_receiver_id end,
       case when group_id is not null then array[group_id] end,
       case when group_id is not null then array[group_enabled] end,
       case when group_id is not null then array[group_updated_at] end
from messages order by id;
select setval(pg_get_serial_sequence('outbox', 'id'), max(id)) from outbox having max(id) is not null;

drop function cursor_before(timestamptz);
drop table messages;
drop sequence messages_cursor_seq;

-- The last cursor before a moment, by bisection: numbered_at needs no index of its own.
create function cursor_before(p_moment timestamptz) returns bigint language plpgsql stable as $$
declare
  v_low bigint := (select removed_cursor from retention);
  v_high bigint := coalesce((select max(first_cursor) from outbox), v_low);
  v_middle bigint;
  v_probe record;
begin
  while v_low < v_high loop
    v_middle := (v_low + v_high) / 2;
    select first_cursor, numbered_at into v_probe from outbox
    where first_cursor > v_middle order by first_cursor limit 1;
    if v_probe.numbered_at < p_moment then v_low := v_probe.first_cursor; else v_high := v_middle; end if;
  end loop;
  return coalesce((select first_cursor + size - 1 from outbox where first_cursor = v_low), v_low);
end
$$;

-- The other receivers of the group, for the gate. The last comes first: pipelines tend to go through a group in its
-- order, so that of an artifact under way the last is missing, and the gate need not look at the others.
alter table event_receiver_group_members add others text[];
update event_receiver_group_members m set others = array(
  select o.event_receiver_id from event_receiver_group_members o
  where o.group_id = m.group_id and o.event_receiver_id <> m.event_receiver_id order by o.position desc
);
alter table event_receiver_group_members alter others set not null;

-- A search by version and receiver is answered from one index: no event may meet both, however many meet either.
drop index events_version;
create index events_version on events (version, id) include (event_receiver_id);

drop function record_events(
  int[], text[], bytea[], text[], text[], text[], text[], text[], text[], text[], boolean[], text[], timestamptz[],
  bytea[], int[], bytea[], text[]
);

-- Records what one flush holds: events, their messages and the completions of their groups, deciding as if the events
-- had been submitted one by one in the order of the arrays. READ COMMITTED is required: each statement below sees what
-- was committed before it, and so after the locks were granted.
--
-- p_type holds the types of the events' receivers, which never change. A payload that is null in p_payload is p_large:
-- to carry megabytes through arrays costs as much as to read them as JSON. p_key, p_body_hash and p_answer are the
-- idempotency keys of those requests that have one. Returns how many groups were completed.
create function record_events(
  p_id text[], p_nvrpp bytea[], p_name text[], p_version text[], p_release text[], p_platform_id text[],
  p_package text[], p_description text[], p_payload text[], p_success boolean[], p_event_receiver_id text[],
  p_created_at timestamptz[], p_type text[], p_large text, p_key bytea[], p_body_hash bytea[], p_answer text[]
) returns int
language plpgsql
-- Custom plans cost more than they bring: the arrays' contents do not change the best plan. And a generic plan
-- made while the tables are small must be the one that is right when they have grown: from each event by index
-- to its groups and their members, and never over all of those to make a hash of them.
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
set enable_bitmapscan = off
as $$
declare
  v_claimed int;
  v_seq bigint[];
  v_at bigint[];
  v_types text[];
  v_groups text[];
  v_enabled boolean[];
  v_updated_at timestamptz[];
begin
  if cardinality(p_key) > 0 then
    -- Keys before NVRPPs and both in order: two flushes never wait for each other in a circle.
    insert into idempotency_keys (key, body_hash, answer)
    select key, body_hash, answer from unnest(p_key, p_body_hash, p_answer) as k (key, body_hash, answer)
    order by key
    on conflict (key) do update
      set body_hash = excluded.body_hash, answer = excluded.answer, created_at = now()
      where idempotency_keys.created_at < now() - interval '24 hours';
    get diagnostics v_claimed = row_count;
    if v_claimed < cardinality(p_key) then
      raise unique_violation using message = 'an idempotency key has just been used',
                                   constraint = 'idempotency_keys_pkey';
    end if;
  end if;

  if cardinality(p_id) = 0 then
    return 0;
  end if;

  -- Locks every NVRPP of the flush until commit, as a statement of its own: the snapshot of a statement that takes a
  -- lock is older than the lock, and a gate decided on it loses completions. In order, which the inner select keeps.
  perform pg_advisory_xact_lock(nvrpp) from (
    select distinct ('x' || encode(substring(n from 1 for 8), 'hex'))::bit(64)::bigint as nvrpp
    from unnest(p_nvrpp) as n order by 1
  ) as locks;

  if exists (
    select from (select distinct id from unnest(p_event_receiver_id) as id) as given
    where not exists (select from event_receivers r where r.id = given.id)
  ) then
    raise foreign_key_violation using message = 'an event names an event receiver that does not exist';
  end if;

  -- Drawn here, so that what follows need not read back what it has just written.
  select array_agg(nextval('events_seq_seq')) into v_seq from generate_subscripts(p_id, 1);

  insert into events (seq, id, nvrpp, name, version, release, platform_id, package, description, payload,
                      payload_bytes, success, event_receiver_id, created_at)
  overriding system value
  select e.seq, e.id, e.nvrpp, e.name, e.version, e.release, e.platform_id, e.package, e.description,
         coalesce(e.payload, p_large)::json, octet_length(coalesce(e.payload, p_large)), e.success,
         e.event_receiver_id, e.created_at
  from unnest(v_seq, p_id, p_nvrpp, p_name, p_version, p_release, p_platform_id, p_package, p_description,
              p_payload, p_success, p_event_receiver_id, p_created_at)
       as e (seq, id, nvrpp, name, version, release, platform_id, package, description,
             payload, success, event_receiver_id, created_at);

  -- Complete when no other receiver of the group lacks a latest success, as things stood after this event. Its own has
  -- just succeeded: not to look at it takes a tenth off what an event costs at a million events. The one that is missing
  -- most often is looked at first and by itself, because to go through an array costs more than to look into an index.
  -- By indexes event_receiver_group_members_receiver and events_gate.
  select array_agg(position), array_agg(type), array_agg(id), array_agg(enabled), array_agg(updated_at)
  into v_at, v_types, v_groups, v_enabled, v_updated_at
  from (
    select e.position, g.type, g.id, g.enabled, g.updated_at
    from unnest(v_seq, p_nvrpp, p_success, p_event_receiver_id) with ordinality
         as e (seq, nvrpp, success, event_receiver_id, position)
    join event_receiver_group_members m on m.event_receiver_id = e.event_receiver_id
    join event_receiver_groups g on g.id = m.group_id and g.enabled
    where e.success and (m.others[1] is null or (
      select x.success from events x
      where x.nvrpp = e.nvrpp and x.event_receiver_id = m.others[1] and x.seq <= e.seq
      order by x.seq desc limit 1
    )) and not exists (
      select from unnest(m.others[2:]) as other (id)
      where not coalesce((
        select x.success from events x
        where x.nvrpp = e.nvrpp and x.event_receiver_id = other.id and x.seq <= e.seq
        order by x.seq desc limit 1
      ), false)
    )
    order by e.position, g.id
  ) as told;

  if v_at is null then
    insert into outbox (kind, size, types, event_ids) values ('events', cardinality(p_id), p_type, p_id);
    return 0;
  end if;

  -- Each event's own message, and behind it its completions.
  insert into outbox (kind, size, types, event_ids, group_ids, groups_enabled, groups_updated_at)
  select 'events', count(*), array_agg(type), array_agg(event_id), array_agg(group_id), array_agg(enabled),
         array_agg(updated_at)
  from (
    select position, type, event_id, null as group_id, null::boolean as enabled, null::timestamptz as updated_at
    from unnest(p_type, p_id) with ordinality as e (type, event_id, position)
    union all
    select position, type, p_id[position], group_id, enabled, updated_at
    from unnest(v_at, v_types, v_groups, v_enabled, v_updated_at) as c (position, type, group_id, enabled, updated_at)
    order by position, group_id nulls first
  ) as told;
  return cardinality(v_at);
end
$$;
