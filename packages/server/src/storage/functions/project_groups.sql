-- Looks at the next p_limit artifacts for a group that was made when there were artifacts already. Returns how many it were;
-- 0 when no group waits.
create or replace function project_groups(p_version int, p_limit int) returns int
language plpgsql
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
as $$
declare
  v_wanted record;
  v_to bigint;
  v_artifacts int;
  v_group int[];
  v_line bigint[];
  v_artifact bigint[];
  v_name text[];
begin
  set local synchronous_commit = off;
  perform from projection where version = p_version for no key update;
  if not found then
    return 0;
  end if;
  select num, group_id, from_artifact, until_artifact into v_wanted
  from gate_groups where until_artifact is not null order by num limit 1;
  if not found then
    return 0;
  end if;

  with looked_at as materialized (
    select first_seq, last_seq, line, name, nvrpp from artifacts
    where first_seq > v_wanted.from_artifact and first_seq <= v_wanted.until_artifact
    order by first_seq limit p_limit
  ), stood as materialized (
    select a.first_seq, a.line, a.name, now.state, now.since,
           now.state = 'open' or was_open_at(v_wanted.group_id, a.nvrpp, array(
             select e.seq from event_receiver_group_members m
             cross join lateral (
               select seq from events e
               where e.nvrpp = a.nvrpp and e.event_receiver_id = m.event_receiver_id and e.success and e.seq < a.last_seq
               offset 0
             ) as e
             where m.group_id = v_wanted.group_id
           )) as was_open
    from looked_at a
    left join lateral (
      select artifact from gate_lines l where l.group_num = v_wanted.num and l.line = a.line offset 0
    ) as newest on true
    cross join lateral gate_at(v_wanted.group_id, a.nvrpp, a.last_seq) as now
    where now.last_seq is not null and a.first_seq >= coalesce(newest.artifact, 0)
  ), written as (
    insert into gates (group_num, state, artifact, since)
    select v_wanted.num, state, first_seq, since from stood
    on conflict (group_num, artifact) do nothing
  ), opened as (
    select array_agg(v_wanted.num) as groups, array_agg(line) as lines, array_agg(name) as names, array_agg(first_seq) as artifacts
    from stood where was_open
  )
  select (select max(first_seq) from looked_at), (select count(*) from looked_at), groups, lines, names, artifacts
  into v_to, v_artifacts, v_group, v_line, v_name, v_artifact from opened;

  perform supersede_gates(v_group, v_line, v_name, v_artifact);
  update gate_groups set from_artifact = coalesce(v_to, from_artifact),
                         until_artifact = case when v_artifacts < p_limit then null else until_artifact end
  where num = v_wanted.num;
  return greatest(v_artifacts, 1);
end
$$;
