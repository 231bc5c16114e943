-- Gives the next rows of the outbox, and with them their messages, their place in the feed: behind all that have one,
-- without a gap. Committed rows in the order of their ids, which for one NVRPP is the order of acceptance. Returns how many
-- rows it were.
--
-- p_token is the caller's, of the lease: object_not_in_prerequisite_state when another server has taken that over. The
-- lease is locked first, in a statement of its own: who takes it over waits for this commit, and what comes after that is
-- refused. READ COMMITTED is required, so that the second statement sees what was committed before.
--
-- Indexes outbox_unnumbered and outbox_cursor. Rows are found again by where they stand, which nobody else changes before
-- they are numbered: joined by id, a backlog is walked whole for each of its rows whenever statistics know of none.
create or replace function number_messages(p_token bigint, p_limit int) returns int
language plpgsql
as $$
declare
  v_numbered int;
begin
  perform from leader_lease where token = p_token for update;
  if not found then
    raise object_not_in_prerequisite_state using message = 'another server numbers the messages';
  end if;
  perform set_config('epr.lease_token', p_token::text, true);

  with last as materialized (
    select greatest(removed_cursor, (
      select first_cursor + size - 1 from outbox where first_cursor is not null order by first_cursor desc limit 1
    )) as cursor from retention
  ), next as materialized (
    select ctid as place, sum(size) over (order by id) - size as before
    from outbox where first_cursor is null order by id limit p_limit
  )
  update outbox o set first_cursor = last.cursor + next.before + 1, numbered_at = clock_timestamp()
  from last, next where o.ctid = next.place;
  get diagnostics v_numbered = row_count;

  if v_numbered > 0 then
    perform pg_notify('epr_sequenced', '');
  end if;
  return v_numbered;
end
$$;
