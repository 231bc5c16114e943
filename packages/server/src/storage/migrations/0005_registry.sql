-- The registry: what happened (events), what it must look like (receivers), what gates on it (groups),
-- and the messages about all of it (outbox). Rows are never deleted or changed, but for a group's `enabled`, the
-- cursors of messages, and what retention removes. What runs on these tables is in functions/.
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
  -- The other receivers of the group, for the gate. The last comes first: pipelines tend to go through a group in its
  -- order, so that of an artifact under way the last is missing, and the gate need not look at the others.
  others            text[] not null,
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
-- A search by version and receiver is answered from one index: no event may meet both, however many meet either.
create index events_version on events (version, id) include (event_receiver_id);
create index events_event_receiver on events (event_receiver_id, id);
create index events_failed on events (id) where not success;

-- Messages are kept by commit: a row holds all that one commit sends. An event then costs its own row and no second
-- one, and a flush of hundreds is numbered by one update.
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
  -- Of events: the event that the message is about, or that has completed the group at the same place.
  event_ids         text[],
  event_receiver_id text collate "C",
  -- Of events: null for an event's own message, else the group that it has completed. Null when none was.
  group_ids         text[],
  -- The groups' state at that moment; all else that a message says never changes and is joined when read.
  groups_enabled    boolean[],
  groups_updated_at timestamptz[]
  -- Rows of flushes up to some 80 events stay in the page, uncompressed.
) with (toast_tuple_target = 8160);
create index outbox_unnumbered on outbox (id) where first_cursor is null;
create unique index outbox_cursor on outbox (first_cursor) where first_cursor is not null;

-- One row: messages up to the cursor have been removed by retention.
create table retention (
  removed_cursor bigint not null default 0,
  only_row       boolean primary key default true check (only_row)
);
insert into retention default values;

-- How far each topic has been published: messages up to the cursor are on it.
create table relays (
  topic            text primary key,
  published_cursor bigint not null default 0
);

create table idempotency_keys (
  -- SHA-256 of whose key it is, what it is for, and the key itself.
  key        bytea primary key,
  -- SHA-256 of what a repeat must have in common with the first.
  digest     bytea not null,
  -- What the creation gave: an id, or the results of a batch.
  result     json not null,
  created_at timestamptz not null default now()
);
create index idempotency_keys_age on idempotency_keys (created_at);
