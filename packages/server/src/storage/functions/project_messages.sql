-- Takes the next rows of the outbox into the projections, at most p_commits of them. Returns how many it were; -1 when the
-- projections are not those of p_version, or wait for messages that are no longer kept (begin_projection).
--
-- No lease is needed: the checkpoint is read and written under one lock, with what it says. Commits are not waited for: a
-- crash takes one back whole, and it is made again.
create or replace function project_messages(p_version int, p_commits int) returns int
language plpgsql
set enable_seqscan = off
as $$
declare
  v_cursor bigint;
  v_next bigint;
  v_commits int;
begin
  set local synchronous_commit = off;
  select p.cursor into v_cursor from projection p where p.version = p_version for no key update;
  if not found or v_cursor < (select removed_cursor from retention) then
    return -1;
  end if;

  select max(first_cursor + size - 1), count(*) into v_next, v_commits from (
    select first_cursor, size from outbox where first_cursor > v_cursor order by first_cursor limit p_commits
  ) as next;
  if v_commits = 0 then
    return 0;
  end if;

  insert into gate_groups (group_id, from_artifact, until_artifact)
  select group_ids[1], 0, (select max(first_seq) from artifacts)
  from outbox where first_cursor > v_cursor and first_cursor <= v_next and kind = 'group'
  order by first_cursor
  on conflict (group_id) do nothing;

  perform mark_delivery_receivers(array(
    select event_receiver_id from outbox
    where first_cursor > v_cursor and first_cursor <= v_next and kind = 'receiver'
  ));
  perform project_artifacts(array(
    select distinct given.id from outbox cross join unnest(event_ids) as given (id)
    where first_cursor > v_cursor and first_cursor <= v_next and kind = 'events'
  ), '{}');

  update projection set cursor = v_next;
  return v_commits;
end
$$;
