-- How long an artifact had waited at each gate when it was deployed: from its first event at any of the gate's receivers
-- until all of them had a latest success for the first time. Only gates that were there then, and that do not wait for the
-- deployment itself.
create or replace function waits_before(p_deployment bigint, p_artifact bigint, p_at timestamptz)
returns table (num int, began_at timestamptz, opened_at timestamptz) language plpgsql stable
set enable_seqscan = off
as $$
declare
  v_nvrpp bytea;
  v_gate record;
  v_event record;
  v_passed text[];
begin
  select a.nvrpp into v_nvrpp from artifacts a where a.first_seq = p_artifact;
  for v_gate in
    select kept.num, kept.group_id, array_agg(m.event_receiver_id) as receivers
    from gate_groups kept
    join event_receiver_groups g on g.id = kept.group_id and g.created_at <= p_at
    join event_receiver_group_members m on m.group_id = kept.group_id
    group by kept.num, kept.group_id
    having not array_agg(m.event_receiver_id) && array(
      select e.event_receiver_id from events e where e.nvrpp = v_nvrpp and e.seq = p_deployment
    )
  loop
    num := v_gate.num;
    began_at := null;
    opened_at := null;
    v_passed := '{}';
    for v_event in
      select e.event_receiver_id as receiver, e.success, e.created_at from events e
      where e.nvrpp = v_nvrpp and e.event_receiver_id = any (v_gate.receivers) and e.seq < p_deployment
      order by e.seq
    loop
      began_at := coalesce(began_at, v_event.created_at);
      v_passed := array_remove(v_passed, v_event.receiver);
      if v_event.success then
        v_passed := v_passed || v_event.receiver;
      end if;
      if cardinality(v_passed) = cardinality(v_gate.receivers) then
        opened_at := v_event.created_at;
        exit;
      end if;
    end loop;
    if began_at is not null then
      return next;
    end if;
  end loop;
end
$$;
