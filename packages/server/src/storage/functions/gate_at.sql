-- Where an artifact stood at a group right after its event p_bound, as registry/gate-status.ts says it: one row. By index
-- events_gate. Plain SQL, so that it becomes part of the statement that asks.
create or replace function gate_at(p_group_id text, p_nvrpp bytea, p_bound bigint)
returns table (state gate_state, since timestamptz, last_seq bigint) language sql stable as $$
  select (case when bool_or(not latest.success) then 'failed'
               when bool_or(latest.success is null) then 'missing' else 'open' end)::gate_state,
         coalesce(min(latest.created_at) filter (where not latest.success), max(latest.created_at)),
         max(latest.seq)
  from event_receiver_group_members m
  left join lateral (
    select e.seq, e.success, e.created_at from events e
    where e.nvrpp = p_nvrpp and e.event_receiver_id = m.event_receiver_id and e.seq <= p_bound
    order by e.seq desc limit 1
  ) as latest on true
  where m.group_id = p_group_id
$$;
