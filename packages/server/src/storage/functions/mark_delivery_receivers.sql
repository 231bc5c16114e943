-- Puts down which of these receivers the rules in use speak of; all receivers when p_ids is null.
create or replace function mark_delivery_receivers(p_ids text[]) returns void language plpgsql as $$
begin
  insert into delivery_receivers (event_receiver_id, kind, is_incident)
  select receiver.id, meant.kind, exists (
    select from json_array_elements_text(meant.incidents) as pattern (text) where meets_pattern(receiver.type, pattern.text)
  )
  from event_receivers receiver
  cross join lateral (
    select kind.kind, r.rules #> '{incident,types}' as incidents
    from projection p
    join delivery_rules r on r.version = p.delivery_rules
    cross join unnest(enum_range(null::delivery_kind)) as kind (kind)
    cross join lateral json_array_elements_text(r.rules -> kind.kind::text) as pattern (text)
    where meets_pattern(receiver.type, pattern.text)
    order by kind.kind limit 1
  ) as meant
  where p_ids is null or receiver.id = any (p_ids)
  on conflict (event_receiver_id) do nothing;
end
$$;
