-- Takes rules into use: what others have made of the events goes, and is made again (project_deliveries).
create or replace function use_delivery_rules(p_rules int) returns void language plpgsql as $$
begin
  if exists (select from delivery_facts) then
    truncate delivery_facts, delivery_waits, delivery_lines, delivery_days;
  end if;
  delete from delivery_receivers;
  update projection set delivery_rules = p_rules, delivery_id = '~';
  perform mark_delivery_receivers(null);
end
$$;
