-- Which server numbers messages. Whoever takes the lease over raises the token, and what is written with an older one is
-- refused. The beat is raised by the one that has it for as long as it lives: nobody's clock is asked.
create table leader_lease (
  only_row boolean primary key default true check (only_row),
  token bigint not null,
  beat bigint not null
) with (fillfactor = 50);
insert into leader_lease (token, beat) values (0, 0);

-- Written by a server that could not record, to see whether it can again.
create table recording_probe (
  only_row boolean primary key default true check (only_row),
  written_at timestamptz not null
) with (fillfactor = 50);
insert into recording_probe (written_at) values (now());

-- A server of the version before knows no lease: it would number beside the one that has it.
create function refuse_number_without_lease() returns trigger language plpgsql as $$
begin
  if current_setting('epr.lease_token', true) is distinct from (select token::text from leader_lease) then
    raise object_not_in_prerequisite_state using message = 'another server numbers the messages';
  end if;
  return null;
end
$$;
create trigger numbered_with_lease before update of first_cursor on outbox
  for each statement execute function refuse_number_without_lease();
