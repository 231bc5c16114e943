-- What is left of deliveries: takes new rules into use, walks the events of before that they speak of, and derives what
-- follows, p_limit events or lines at a time. Returns how many it were; 0 when nothing is left.
create or replace function project_deliveries(p_version int, p_limit int) returns int
language plpgsql
set enable_seqscan = off
as $$
declare
  v_projection record;
  v_newest int;
  v_ids text[];
  v_line record;
  v_lines int := 0;
begin
  set local synchronous_commit = off;
  select * into v_projection from projection where version = p_version for no key update;
  if not found then
    return 0;
  end if;
  select max(version) into v_newest from delivery_rules;
  if v_projection.delivery_rules is distinct from v_newest then
    perform use_delivery_rules(v_newest);
    return 1;
  end if;

  if v_projection.delivery_id is not null then
    select array_agg(id) into v_ids from (
      select e.id from delivery_receivers r
      cross join lateral (
        select id from events
        where event_receiver_id = r.event_receiver_id and id < v_projection.delivery_id order by id desc limit p_limit
      ) as e
      order by e.id desc limit p_limit
    ) as next;
    perform take_deliveries(v_ids);
    update projection set delivery_id = (select min(id) from unnest(v_ids) as id);
    return coalesce(cardinality(v_ids), 1);
  end if;

  -- Of the past the last thing is taken first: what follows is known once all is in.
  if v_projection.history_id is not null then
    return 0;
  end if;
  for v_line in
    delete from delivery_lines where (name, environment) in (
      select name, environment from delivery_lines order by name, environment limit p_limit
    ) returning name, environment, from_at
  loop
    perform derive_deliveries(v_line.name, v_line.environment, v_line.from_at);
    v_lines := v_lines + 1;
  end loop;
  return v_lines;
end
$$;
