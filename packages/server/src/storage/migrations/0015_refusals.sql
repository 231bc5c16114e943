-- How often payloads broke their receiver's schema, by hour and by the place in them.
create table refusals (
  event_receiver_id text collate "C" not null,
  hour timestamptz not null,
  path text collate "C" not null,
  count int not null,
  -- The newest one of them, without its payload; null where a receiver has newer ones.
  sample json,
  sampled_at timestamptz,
  primary key (event_receiver_id, hour, path)
) with (fillfactor = 80);
create index refusals_hour on refusals (hour);
