-- From the last layout before the first release, which four migrations had made, to that of 0005_registry.sql.

-- From now on functions/ defines them.
drop function record_events(jsonb, text, text[], bytea[], bytea[], text[]);

-- Results in place of the bodies of answers, and keys by whom they are of: those kept are of nobody known, and are dropped.
drop table idempotency_keys;
create table idempotency_keys (
  key        bytea primary key,
  digest     bytea not null,
  result     json not null,
  created_at timestamptz not null default now()
);
create index idempotency_keys_age on idempotency_keys (created_at);
