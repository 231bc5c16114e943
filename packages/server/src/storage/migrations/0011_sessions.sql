-- Sessions: what was shown once is good for a while on every server. Of the session itself there is only its SHA-256.
create table sessions (
  id text collate "C" primary key,
  hash bytea not null unique,
  -- By which it was begun: `exchange` for the token of a CI job.
  kind text not null,
  -- Whose it is: the public id.
  caller text not null,
  -- What they have shown, by which policies are held to them also when those change.
  principal json not null,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null,
  revoked_at timestamptz
);
-- For those that are over to be removed, and for those of a moment to be listed.
create index sessions_expires_at on sessions (expires_at);
