-- Who did something: written the first time that they do, and referred to by a number.
create table actors (
  id int generated always as identity primary key,
  -- SHA-256 of what stands below but for the label.
  digest bytea not null unique,
  -- Whose doing it is: the public id. One caller may be several of these, as each job of a CI is.
  principal text not null,
  type text not null,
  issuer text not null,
  subject text not null,
  -- What people call them; null once it has been erased.
  label text,
  claims json,
  first_seen timestamptz not null default now()
);
-- For the label to be erased.
create index actors_principal on actors (principal);

-- Null for all that was there before, so that no row is rewritten. No foreign key: its row lock on the actor would make all
-- that one caller records meet in one tuple, and actors are never deleted.
alter table events add column actor_id int;
-- Of messages about receivers and groups; those about events have their event's.
alter table outbox add column actor_id int;
