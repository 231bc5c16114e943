-- What watchers say of themselves, each in a row of its own that its heartbeats write over.
create table watchers (
  name text collate "C" not null,
  instance text collate "C" not null,
  -- The id of the principal whose heartbeats they are.
  caller text not null,
  seen_at timestamptz not null default now(),
  document json not null,
  primary key (name, instance)
) with (fillfactor = 50);
