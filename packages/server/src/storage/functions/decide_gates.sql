-- The gate. Which groups each of a flush's events completes: the event's place in the arrays (from 1), and beside it the
-- group as it is now, in the order of places and group ids. All null when none does.
--
-- An event completes an enabled group of its receiver when it is a success and no other receiver of the group lacks a
-- latest success for the same NVRPP, as things stood right after this event. "Latest" is the highest seq; events of the
-- flush are in the table already, and the NVRPPs' locks are held (record_events), so that nobody adds to them meanwhile.
--
-- A completion is repeated when the gate was open already right before the event: the others are as they were, so its
-- own receiver's latest event before it decides.
--
-- Its own receiver has just succeeded: not to look at it takes a tenth off what an event costs at a million events. The
-- receiver that is missing most often is looked at first and by itself (others[1]), because to go through an array costs
-- more than to look into an index. By indexes event_receiver_group_members_receiver and events_gate.
--
-- The settings of the caller hold here too: record_events says which, and why.
create or replace function decide_gates(
  p_seq bigint[], p_nvrpp bytea[], p_success boolean[], p_event_receiver_id text[],
  out places bigint[], out types text[], out group_ids text[], out groups_enabled boolean[],
  out groups_updated_at timestamptz[], out groups_repeated boolean[]
)
language plpgsql
as $$
begin
  select array_agg(position), array_agg(type), array_agg(id), array_agg(enabled), array_agg(updated_at),
         array_agg(repeated)
  into places, types, group_ids, groups_enabled, groups_updated_at, groups_repeated
  from (
    select e.position, g.type, g.id, g.enabled, g.updated_at, coalesce((
             select x.success from events x
             where x.nvrpp = e.nvrpp and x.event_receiver_id = e.event_receiver_id and x.seq < e.seq
             order by x.seq desc limit 1
           ), false) as repeated
    from unnest(p_seq, p_nvrpp, p_success, p_event_receiver_id) with ordinality
         as e (seq, nvrpp, success, event_receiver_id, position)
    join event_receiver_group_members m on m.event_receiver_id = e.event_receiver_id
    join event_receiver_groups g on g.id = m.group_id and g.enabled
    where e.success and (m.others[1] is null or (
      select x.success from events x
      where x.nvrpp = e.nvrpp and x.event_receiver_id = m.others[1] and x.seq <= e.seq
      order by x.seq desc limit 1
    )) and not exists (
      select from unnest(m.others[2:]) as other (id)
      where not coalesce((
        select x.success from events x
        where x.nvrpp = e.nvrpp and x.event_receiver_id = other.id and x.seq <= e.seq
        order by x.seq desc limit 1
      ), false)
    )
    order by e.position, g.id
  ) as completed;
end
$$;
