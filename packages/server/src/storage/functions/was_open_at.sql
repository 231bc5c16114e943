-- Whether a group was open for an artifact right after any of these events of it.
create or replace function was_open_at(p_group_id text, p_nvrpp bytea, p_seqs bigint[])
returns boolean language sql stable as $$
  select exists (
    select from unnest(p_seqs) as at (seq)
    where not exists (
      select from event_receiver_group_members m
      where m.group_id = p_group_id and not coalesce((
        select e.success from events e
        where e.nvrpp = p_nvrpp and e.event_receiver_id = m.event_receiver_id and e.seq <= at.seq
        order by e.seq desc limit 1
      ), false)
    )
  )
$$;
