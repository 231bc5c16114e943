-- What GORM's AutoMigrate makes of the original's models, in `public`.
create table event_receivers (
  id varchar(255) primary key, name varchar(255) not null, type varchar(255) not null, version varchar(255) not null,
  description varchar(255) not null, schema jsonb not null, fingerprint varchar(255) not null,
  created_at timestamptz not null default current_timestamp
);
create table events (
  id varchar(255) primary key, name varchar(255) not null, version varchar(255) not null,
  release varchar(255) not null, platform_id varchar(255) not null, package varchar(255) not null,
  description varchar(255) not null, payload jsonb not null, success boolean not null,
  created_at timestamptz not null default current_timestamp,
  event_receiver_id varchar(255) not null references event_receivers
);
create table event_receiver_groups (
  id varchar(255) primary key, name varchar(255) not null, type varchar(255) not null, version varchar(255) not null,
  description varchar(255) not null, enabled boolean not null,
  created_at timestamptz not null default current_timestamp, updated_at timestamptz not null default current_timestamp
);
create table event_receiver_group_to_event_receivers (
  id bigserial primary key, event_receiver_id varchar(255) not null references event_receivers,
  event_receiver_group_id varchar(255) not null references event_receiver_groups
);
