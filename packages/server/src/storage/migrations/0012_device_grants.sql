-- What a program without a browser waits for: that somebody says yes to it in one. Of its code there is only the SHA-256.
create table device_grants (
  hash bytea primary key,
  -- What is typed in the browser.
  user_code text collate "C" not null unique,
  -- What asks, as it says itself, and from where: shown before anybody says yes.
  client text not null,
  address text not null,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null,
  polled_at timestamptz,
  -- Whose session it becomes, and what that is rebuilt from; null while nobody has said yes.
  caller text,
  principal json,
  is_denied boolean not null default false
);
create index device_grants_expires_at on device_grants (expires_at);
