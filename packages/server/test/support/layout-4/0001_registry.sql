-- The registry: what happened (events), what it must look like (receivers), what gates on it (groups),
-- and what is told to the world about it (messages). Rows are never deleted or changed, but for a group's
-- `enabled`, a message's `cursor`, and what retention removes.
-- Ids are ULIDs; COLLATE "C" makes their order the byte order whatever the database's locale.

create table event_receivers (
  id          text collate "C" primary key,
  name        text not null,
  type        text not null,
  version     text not null,
  description text not null,
  -- json, not jsonb: the text is kept as it was sent.
  schema      json not null,
  fingerprint text not null,
  created_at  timestamptz not null
);
create index event_receivers_name on event_receivers (name, id);
create index event_receivers_type on event_receivers (type, id);

create table event_receiver_groups (
  id          text collate "C" primary key,
  name        text not null,
  type        text not null,
  version     text not null,
  description text not null,
  enabled     boolean not null,
  created_at  timestamptz not null,
  updated_at  timestamptz not null
);
create index event_receiver_groups_name on event_receiver_groups (name, id);
create index event_receiver_groups_type on event_receiver_groups (type, id);

create table event_receiver_group_members (
  group_id          text collate "C" not null references event_receiver_groups,
  event_receiver_id text collate "C" not null references event_receivers,
  position          int not null,
  primary key (group_id, event_receiver_id)
);
-- For the gate: from an event's receiver to its groups.
create index event_receiver_group_members_receiver on event_receiver_group_members (event_receiver_id, group_id);

create table events (
  -- The order of acceptance. Drawn while the NVRPP's lock is held, so within one NVRPP it is the order of
  -- commits too, which ids made on several servers' clocks are not. "Latest" means the highest seq.
  seq               bigint generated always as identity,
  id                text collate "C" primary key,
  -- SHA-256 of the JSON array of the five strings (model/nvrpp.ts).
  nvrpp             bytea not null,
  name              text not null,
  version           text not null,
  release           text not null,
  platform_id       text not null,
  package           text not null,
  description       text not null,
  payload           json not null,
  payload_bytes     int not null,
  success           boolean not null,
  -- No foreign key: its row lock on the receiver would make all intake of one receiver meet in one tuple.
  -- record_events joins to the receivers instead, and receivers are never deleted.
  event_receiver_id text collate "C" not null,
  created_at        timestamptz not null
);
-- For the gate: the latest event of a receiver for an NVRPP, without visiting the table.
create index events_gate on events (nvrpp, event_receiver_id, seq desc) include (success);
-- For searches, each with the page order built in.
create index events_name on events (name, id);
create index events_version on events (version, id);
create index events_event_receiver on events (event_receiver_id, id);
create index events_failed on events (id) where not success;

create table messages (
  -- The order of writing: within one NVRPP the order of acceptance, over all of them not that of commits.
  id                bigint generated always as identity,
  -- The place in the feed, given by the leader after the commit; readers see numbered messages only.
  cursor            bigint,
  kind              text not null check (kind in ('event', 'receiver', 'group', 'modified', 'complete')),
  type              text not null,
  event_id          text collate "C",
  event_receiver_id text collate "C",
  group_id          text collate "C",
  -- The group's state at that moment; all else that a message says never changes and is joined when read.
  group_enabled     boolean,
  group_updated_at  timestamptz,
  -- When it was numbered: rises with the cursor.
  numbered_at       timestamptz
);
create index messages_unnumbered on messages (id) where cursor is null;
create unique index messages_cursor on messages (cursor) where cursor is not null;
create sequence messages_cursor_seq;

-- One row: messages up to the cursor have been removed by retention.
create table retention (
  removed_cursor bigint not null default 0,
  only_row       boolean primary key default true check (only_row)
);
insert into retention default values;

-- The last cursor before a moment, by bisection: numbered_at needs no index of its own.
create function cursor_before(p_moment timestamptz) returns bigint language plpgsql stable as $$
declare
  v_low bigint := (select removed_cursor from retention);
  v_high bigint := coalesce((select max(cursor) from messages), v_low);
  v_middle bigint;
  v_probe record;
begin
  while v_low < v_high loop
    v_middle := (v_low + v_high) / 2;
    select cursor, numbered_at into v_probe from messages where cursor > v_middle order by cursor limit 1;
    if v_probe.numbered_at < p_moment then v_low := v_probe.cursor; else v_high := v_middle; end if;
  end loop;
  return v_low;
end
$$;

-- How far each topic has been published: messages up to the cursor are on it.
create table relays (
  topic            text primary key,
  published_cursor bigint not null default 0
);

create table idempotency_keys (
  -- SHA-256 of method, path and key.
  key        bytea primary key,
  body_hash  bytea not null,
  answer     text not null,
  created_at timestamptz not null default now()
);
create index idempotency_keys_age on idempotency_keys (created_at);
