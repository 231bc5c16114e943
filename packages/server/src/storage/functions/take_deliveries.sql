-- Takes what the rules in use speak of from these events. What was taken stays; the lines that it changes are put down for
-- derive_deliveries. The caller has locked the row of `projection`.
create or replace function take_deliveries(p_ids text[]) returns void
language plpgsql
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
as $$
declare
  v_rules json;
begin
  if p_ids is null or cardinality(p_ids) = 0 then
    return;
  end if;
  select r.rules into v_rules from delivery_rules r join projection p on p.delivery_rules = r.version;

  with added as (
    insert into delivery_facts (seq, event_id, kind, at, artifact, name, environment, incident)
    select e.seq, e.id, case when r.kind = 'deployment' and not e.success then 'failure' else r.kind end, e.created_at,
           a.first_seq, e.name,
           coalesce(text_at(e.payload, v_rules #> '{environment,pointers}'), v_rules #>> '{environment,default}'),
           case when r.is_incident and r.kind in ('failure', 'restored') then text_at(e.payload, v_rules #> '{incident,pointers}') end
    from unnest(p_ids) as given (id)
    cross join lateral (select * from events where events.id = given.id offset 0) as e
    cross join lateral (select kind, is_incident from delivery_receivers r where r.event_receiver_id = e.event_receiver_id offset 0) as r
    cross join lateral (select first_seq from artifacts where nvrpp = e.nvrpp offset 0) as a
    -- What has not ended, or has not been merged, says nothing.
    where e.success or r.kind in ('deployment', 'failure')
    on conflict (seq) do nothing
    returning kind, at, artifact, name, environment, incident
  ), changed as (
    select name, environment, at from added where kind in ('deployment', 'failure')
    union all
    select f.name, f.environment, f.at from added
    cross join lateral (
      select name, environment, at from delivery_facts f where f.incident = added.incident and f.kind = 'failure' offset 0
    ) as f
    where added.kind = 'restored'
    union all
    select f.name, f.environment, f.at from added
    cross join lateral (
      select name, environment, at from delivery_facts f where f.artifact = added.artifact and f.kind = 'deployment' offset 0
    ) as f
    where added.kind = 'change'
  )
  insert into delivery_lines as l (name, environment, from_at)
  select name, environment, min(at) from changed group by name, environment order by name, environment
  on conflict (name, environment) do update set from_at = least(l.from_at, excluded.from_at);
end
$$;
