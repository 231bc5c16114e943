-- Takes events into the artifacts, their gates and the days of their receivers. p_ids are events behind what is kept of
-- artifacts that are known; of those that are not, and of p_nvrpp, what was before is taken too. An event is taken once: of
-- one NVRPP, the order of seq is that of acceptance, and last_seq says up to where it went.
--
-- The caller has locked the row of `projection`: nobody else writes these tables. `offset 0` and the settings keep each
-- lookup what it is, one by its index for each row, whatever statistics say.
create or replace function project_artifacts(p_ids text[], p_nvrpp bytea[]) returns void
language plpgsql
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
as $$
declare
  v_group int[];
  v_line bigint[];
  v_name text[];
  v_artifact bigint[];
  v_deliveries text[];
begin
  with given as materialized (
    select e.*, known.first_seq as known_first, known.last_seq as known_last
    from unnest(p_ids) as given (id)
    cross join lateral (
      select seq, id as event_id, nvrpp, name, version, release, platform_id, package, success, event_receiver_id, created_at,
             payload_bytes, may_be_sbom(payload, payload_bytes) as may_be_sbom
      from events where id = given.id offset 0
    ) as e
    left join lateral (select first_seq, last_seq from artifacts where nvrpp = e.nvrpp offset 0) as known on true
  ), unknown as (
    select nvrpp, min(seq) as before from given where known_first is null group by nvrpp
    union all
    select nvrpp, 9223372036854775807 from unnest(p_nvrpp) as wanted (nvrpp)
    where not exists (select from artifacts a where a.nvrpp = wanted.nvrpp)
  ), taken as (
    select * from given where seq > coalesce(known_last, 0)
    union all
    select e.*, null, null from unknown
    cross join lateral (
      select seq, id as event_id, nvrpp, name, version, release, platform_id, package, success, event_receiver_id, created_at,
             payload_bytes, may_be_sbom(payload, payload_bytes) as may_be_sbom
      from events where nvrpp = unknown.nvrpp and seq < unknown.before offset 0
    ) as e
  ), placed as materialized (
    select *, coalesce(known_first, min(seq) over artifact) as first_seq, max(seq) over artifact as last_seq
    from taken window artifact as (partition by nvrpp)
  ), totals as materialized (
    select first_seq, last_seq, known_first, nvrpp, name, version, release, platform_id, package,
           line_of(name, platform_id, package) as line, min(created_at) as first_at, max(created_at) as last_at,
           count(*) as events, count(*) filter (where not success) as failures
    from placed group by 1, 2, 3, 4, 5, 6, 7, 8, 9
  ), changed as (
    update artifacts a
    set last_seq = t.last_seq, last_at = greatest(a.last_at, t.last_at),
        events = a.events + t.events, failures = a.failures + t.failures
    from totals t where a.first_seq = t.known_first
  ), added as (
    insert into artifacts (first_seq, last_seq, line, first_at, last_at, events, failures, nvrpp,
                           name, version, release, platform_id, package)
    select first_seq, last_seq, line, first_at, last_at, events, failures, nvrpp,
           name, version, release, platform_id, package
    from totals where known_first is null
  ), queued as (
    insert into sbom_queue (event_id, artifact)
    select event_id, first_seq from placed where may_be_sbom
    on conflict (event_id) do nothing
  ), days as (
    insert into receiver_days as d (event_receiver_id, day, events, failures, bytes)
    select event_receiver_id, (created_at at time zone 'UTC')::date, count(*), count(*) filter (where not success),
           sum(payload_bytes)
    from placed group by 1, 2 order by 1, 2
    on conflict (event_receiver_id, day) do update
      set events = d.events + excluded.events, failures = d.failures + excluded.failures, bytes = d.bytes + excluded.bytes
  ), pairs as materialized (
    select g.num, g.group_id, placed.nvrpp, placed.first_seq, placed.last_seq, placed.name, placed.platform_id, placed.package,
           array_agg(placed.seq) filter (where placed.success) as successes, bool_or(not placed.success) as has_failed
    from placed
    cross join lateral (
      select group_id from event_receiver_group_members m where m.event_receiver_id = placed.event_receiver_id offset 0
    ) as m
    cross join lateral (select num, group_id from gate_groups where group_id = m.group_id offset 0) as g
    group by 1, 2, 3, 4, 5, 6, 7, 8
  ), stood as materialized (
    select num, first_seq, name, line.line, now.state, now.since,
           -- Only a failure closes again what was open.
           now.state = 'open' or has_failed and was_open_at(group_id, nvrpp, successes) as was_open
    from pairs
    cross join lateral (select line_of(name, platform_id, package) as line) as line
    left join lateral (
      select artifact from gate_lines l where l.group_num = num and l.line = line.line offset 0
    ) as newest on true
    cross join lateral gate_at(group_id, nvrpp, last_seq) as now
    where first_seq >= coalesce(newest.artifact, 0)
  ), written as (
    insert into gates (group_num, state, artifact, since)
    select num, state, first_seq, since from stood order by num, first_seq
    on conflict (group_num, artifact) do update set state = excluded.state, since = excluded.since
  )
  select array_agg(num), array_agg(line), array_agg(name), array_agg(first_seq), (
    select array_agg(placed.event_id) from placed
    where placed.event_receiver_id in (select r.event_receiver_id from delivery_receivers r)
  )
  into v_group, v_line, v_name, v_artifact, v_deliveries from stood where was_open;

  perform supersede_gates(v_group, v_line, v_name, v_artifact);
  perform take_deliveries(v_deliveries);
end
$$;
