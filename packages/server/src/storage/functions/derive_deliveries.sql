-- Says what follows for a name and an environment from what has happened there, from p_from on:
-- * A deployment of the artifact that was deployed last repeats that one, and does not count.
-- * A failure is counted for the latest deployment before it, and for no other.
-- * It ends when its incident is resolved; without that, with the next deployment.
-- * The first deployment of an artifact has a lead time, from the event that says that its change was merged, else from the
--   artifact's first event.
create or replace function derive_deliveries(p_name text, p_environment text, p_from timestamptz) returns void
language plpgsql
set enable_seqscan = off
as $$
declare
  v_at timestamptz;
  v_seq bigint;
begin
  -- What is derived anew begins with the deployment that everything from p_from on may be counted for.
  select at, seq into v_at, v_seq from delivery_facts
  where name = p_name and environment = p_environment and kind in ('deployment', 'failure')
    and kind = 'deployment' and at < p_from and run = seq
  order by at desc, seq desc limit 1;

  with line as materialized (
    select seq, kind, at, artifact, incident from delivery_facts
    where name = p_name and environment = p_environment and kind in ('deployment', 'failure')
      and (at, seq) >= (coalesce(v_at, '-infinity'), coalesce(v_seq, 0))
  ), deployments as (
    select seq, at, artifact, lag(artifact) over (order by at, seq) is distinct from artifact as is_new
    from line where kind = 'deployment'
  ), counted as (
    select line.*, count(*) filter (where d.is_new) over (order by line.at, line.seq) as place
    from line left join deployments d using (seq)
  ), followed as (
    select c.*, first.seq as run,
           min(c.at) filter (where c.kind = 'failure') over (partition by c.place) as failed_at
    from counted c
    left join (select seq, row_number() over (order by at, seq) as place from deployments where is_new) as first
      using (place)
  ), derived as (
    select f.seq, f.run, changed.at as changed_at, changed.id as changed_by, changed.is_merged,
           case when f.kind = 'failure' then ended.at when f.seq = f.run then f.failed_at end as ended_at, ended.id as ended_by
    from followed f
    left join lateral (
      (select c.at, c.event_id as id, true as is_merged from delivery_facts c
       where c.artifact = f.artifact and c.kind = 'change' and c.at <= f.at order by c.at, c.seq limit 1)
      union all
      (select e.created_at, e.id, false from artifacts a join events e on e.nvrpp = a.nvrpp and e.seq = a.first_seq
       where a.first_seq = f.artifact and a.first_seq <> f.seq)
      limit 1
    ) as changed on f.kind = 'deployment' and not exists (
      select from delivery_facts before
      where before.artifact = f.artifact and before.kind = 'deployment' and before.environment = p_environment
        and (before.at, before.seq) < (f.at, f.seq)
    )
    left join lateral (
      (select r.at, r.event_id as id from delivery_facts r
       where r.incident = f.incident and r.kind = 'restored' and r.at >= f.at order by r.at, r.seq limit 1)
      union all
      (select d.at, d.event_id from delivery_facts d
       where d.name = p_name and d.environment = p_environment and d.kind in ('deployment', 'failure')
         and d.kind = 'deployment' and (d.at, d.seq) > (f.at, f.seq) order by d.at, d.seq limit 1)
      limit 1
    ) as ended on f.kind = 'failure'
  ), updated as (
    update delivery_facts f
    set run = d.run, changed_at = d.changed_at, changed_by = d.changed_by, is_merged = d.is_merged,
        ended_at = d.ended_at, ended_by = d.ended_by
    from derived d
    where f.seq = d.seq and (f.run, f.changed_at, f.changed_by, f.ended_at, f.ended_by)
      is distinct from (d.run, d.changed_at, d.changed_by, d.ended_at, d.ended_by)
    returning f.kind, f.at
  )
  insert into delivery_days (day)
  select distinct (at at time zone 'UTC')::date as day from updated where kind = 'deployment' order by day
  on conflict (day) do update set revision = nextval('delivery_revisions');

  with waited as (
    insert into delivery_waits (deployment, group_num, began_at, opened_at)
    select f.seq, gate.num, gate.began_at, gate.opened_at
    from delivery_facts f
    cross join lateral waits_before(f.seq, f.artifact, f.at) as gate
    where f.name = p_name and f.environment = p_environment and f.kind in ('deployment', 'failure') and f.kind = 'deployment'
      and f.at >= p_from and f.changed_at is not null
    on conflict (deployment, group_num) do nothing
    returning deployment
  )
  insert into delivery_days (day)
  select distinct (f.at at time zone 'UTC')::date as day from waited join delivery_facts f on f.seq = waited.deployment order by day
  on conflict (day) do update set revision = nextval('delivery_revisions');
end
$$;
