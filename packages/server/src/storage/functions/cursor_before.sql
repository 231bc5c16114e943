-- The last cursor before a moment, by bisection: numbered_at needs no index of its own.
create or replace function cursor_before(p_moment timestamptz) returns bigint language plpgsql stable as $$
declare
  v_low bigint := (select removed_cursor from retention);
  v_high bigint := coalesce((select max(first_cursor) from outbox), v_low);
  v_middle bigint;
  v_probe record;
begin
  while v_low < v_high loop
    v_middle := v_low + (v_high - v_low) / 2;
    select first_cursor, numbered_at into v_probe from outbox
    where first_cursor > v_middle order by first_cursor limit 1;
    if v_probe.numbered_at < p_moment then v_low := v_probe.first_cursor; else v_high := v_middle; end if;
  end loop;
  return coalesce((select first_cursor + size - 1 from outbox where first_cursor = v_low), v_low);
end
$$;
