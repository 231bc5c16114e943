-- What artifacts are made of, as their SBOMs say: kept as all projections are (0014_projections.sql), and found in events by
-- what payloads hold.

-- Events whose payload may be an SBOM, and which wait to be read.
create table sbom_queue (
  event_id text collate "C" primary key,
  -- Of its artifact, the first seq.
  artifact bigint not null,
  -- How often it was begun: what takes too long, or brings PostgreSQL down, is given up.
  tries int not null default 0
);
create index sbom_queue_next on sbom_queue (tries, event_id desc);

-- Each component once, however many artifacts have it. None is ever taken out or changed.
create table components (
  num int primary key generated always as identity,
  -- 16 bytes of the SHA-256 of all that tells it apart.
  key uuid not null unique,
  -- As it was written, with its group: org.apache.logging.log4j/log4j-core.
  name text not null,
  version text collate "C" not null,
  purl text,
  cpe text,
  -- What it is found by, in lower case: the package URL between scheme and version, its path or the name with its group, and
  -- the last part of that.
  package text collate "C",
  full_name text collate "C" not null,
  plain_name text collate "C" not null
);
create index components_plain_name on components (plain_name, version);
create index components_full_name on components (full_name) where full_name <> plain_name;
create index components_package on components (package) where package is not null;

-- What else components are found by: 16 bytes of a hash of theirs, or of the SHA-256 of what a CPE names (component_keys.sql).
create table component_keys (
  key uuid not null,
  component int not null,
  primary key (key, component)
);

-- What an artifact holds as a receiver's newest SBOM says that can be read.
create table sboms (
  artifact bigint not null,
  event_receiver_id text collate "C" not null,
  -- Null while none can be read.
  seq bigint,
  event_id text collate "C",
  components int[] not null default '{}',
  -- The newest that cannot be read, or not as a whole, unless a newer one can.
  problem_seq bigint,
  problem_id text collate "C",
  problem text,
  primary key (artifact, event_receiver_id)
-- The components stand apart: most searches read all else.
) with (toast_tuple_target = 128);
-- Without a list of what is pending, which every search would go through.
create index sboms_components on sboms using gin (components) with (fastupdate = off);
create index sboms_problem on sboms (problem_id) where problem_id is not null;
