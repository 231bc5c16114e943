-- Takes the next p_limit events of before into the projections, the newest ids first: what they have taken the place of
-- is then never written, and what is asked for most is there soonest. Returns how many it were; 0 when all are in.
create or replace function project_history(p_version int, p_limit int) returns int
language plpgsql
set enable_seqscan = off
as $$
declare
  v_from text;
  v_to text;
  v_events int;
  v_nvrpp bytea[];
begin
  set local synchronous_commit = off;
  select history_id into v_from from projection where version = p_version for no key update;
  if v_from is null then
    return 0;
  end if;

  select min(id), count(*), array_agg(distinct nvrpp) into v_to, v_events, v_nvrpp from (
    select id, nvrpp from events where id < v_from order by id desc limit p_limit
  ) as next;
  if v_events = 0 then
    update projection set history_id = null;
    return 0;
  end if;

  -- All events of an artifact at once: what comes of it later is known.
  perform project_artifacts('{}', v_nvrpp);
  update projection set history_id = v_to, history_done = history_done + v_events;
  return v_events;
end
$$;
