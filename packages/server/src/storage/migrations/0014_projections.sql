-- Answers that are kept, made by the leader behind the commit (functions/project_messages.sql). Nothing here is the truth:
-- all of it can be made again from the events.

-- How far they are.
create table projection (
  only_row boolean primary key default true check (only_row),
  -- Of the code that made them; another makes them again.
  version int not null,
  -- The events of the messages up to it are in.
  cursor bigint not null,
  -- Events of before stand in no message that is waited for: they are walked from the newest id down to this one. Null when
  -- all are in.
  history_id text collate "C",
  -- Events that were walked so far, and about how many there are.
  history_done bigint not null default 0,
  history_size bigint not null default 0
);
insert into projection (version, cursor) values (0, 0);

-- An artifact is known by the seq of its first event, which never changes.
create table artifacts (
  first_seq bigint primary key,
  last_seq bigint not null,
  -- What its versions have in common: 8 bytes of the SHA-256 of name, platform and package.
  line bigint not null,
  first_at timestamptz not null,
  last_at timestamptz not null,
  events int not null,
  failures int not null,
  nvrpp bytea not null,
  name text collate "C" not null,
  version text not null,
  release text not null,
  platform_id text not null,
  package text not null
) with (fillfactor = 90);
-- A third of a btree's size; that there is one row for each is seen to by the one that writes.
create index artifacts_nvrpp on artifacts using hash (nvrpp);
create index artifacts_name on artifacts (name, first_seq);

-- The groups whose gates are kept.
create table gate_groups (
  num int primary key generated always as identity,
  group_id text collate "C" not null unique,
  -- Made when there were artifacts already: those up to this one are looked at still. Null when all were.
  until_artifact bigint,
  from_artifact bigint
);

create type gate_state as enum ('open', 'failed', 'missing');

-- Where an artifact stands at a group of which any receiver has an event of it, unless a newer artifact of its line was open
-- there at any time: that one has taken its place.
create table gates (
  group_num int not null,
  state gate_state not null,
  artifact bigint not null,
  since timestamptz not null,
  primary key (group_num, artifact)
);
create index gates_since on gates (group_num, state, since);

-- The newest artifact of a line that was open at any time.
create table gate_lines (
  group_num int not null,
  line bigint not null,
  artifact bigint not null,
  primary key (group_num, line)
);

-- What receivers get, by the day (UTC).
create table receiver_days (
  event_receiver_id text collate "C" not null,
  day date not null,
  events bigint not null,
  failures bigint not null,
  bytes bigint not null,
  primary key (event_receiver_id, day)
) with (fillfactor = 70);
