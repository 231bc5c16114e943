-- Empties the projections, unless they are those of p_version and wait for messages that are still kept: from then on
-- project_messages takes what comes, and project_history what was. Returns whose they are now: a version above p_version is
-- that of a newer server, and stays.
create or replace function begin_projection(p_version int) returns int
language plpgsql
as $$
declare
  v_version int;
  v_cursor bigint;
begin
  select version, cursor into v_version, v_cursor from projection for update;
  if v_version > p_version or v_version = p_version and v_cursor >= (select removed_cursor from retention) then
    return v_version;
  end if;

  -- To empty what is empty would hold up the commits of others all the same.
  if exists (select from artifacts) or exists (select from gate_groups) then
    truncate artifacts, gates, gate_lines, gate_groups, receiver_days, sbom_queue, sboms, components, component_keys,
      delivery_facts, delivery_waits, delivery_lines, delivery_days
      restart identity;
  end if;
  -- What was committed is in a message up to the newest cursor, or in one that gets its cursor later.
  update projection set version = p_version, history_id = '~', history_done = 0,
    cursor = greatest((select removed_cursor from retention), (
      select first_cursor + size - 1 from outbox where first_cursor is not null order by first_cursor desc limit 1
    )),
    history_size = greatest((select reltuples from pg_class where oid = 'events'::regclass), 0);
  insert into gate_groups (group_id) select id from event_receiver_groups order by id;
  perform use_delivery_rules((select max(delivery_rules.version) from delivery_rules));
  -- They are among the events of before.
  update projection set delivery_id = null;
  return p_version;
end
$$;
