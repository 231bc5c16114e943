-- Keys, of which only the SHA-256 is kept. A key that is rotated has two rows of one name for a while.
create table access_keys (
  id text collate "C" primary key,
  name text not null,
  hash bytea not null unique,
  is_admin boolean not null,
  created_at timestamptz not null default now(),
  expires_at timestamptz,
  revoked_at timestamptz,
  last_used_at timestamptz
);
create index access_keys_name on access_keys (name);

-- Who may do what. `document` is as it was declared; `resolved` has ids in place of names.
create table policies (
  name text primary key,
  document json not null,
  resolved json not null,
  updated_at timestamptz not null default now()
);

-- Raised by every change of the above: servers that have not heard of one see it here.
create table access_version (
  only_row boolean primary key default true check (only_row),
  version bigint not null
) with (fillfactor = 50);
insert into access_version (version) values (0);

-- Every administrative act: who did what to what, and how that was before and after.
create table audit (
  id bigint generated always as identity primary key,
  time timestamptz not null default now(),
  actor text not null,
  act text not null,
  object text not null,
  before json,
  after json,
  request_id text not null
);
