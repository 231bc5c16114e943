-- The text or number at the first of these JSON pointers (RFC 6901) that has one of 1 to 200 characters; null when none has.
create or replace function text_at(p_document json, p_pointers json) returns text
language plpgsql immutable as $$
declare
  v_pointer text;
  v_found text;
begin
  for v_pointer in select json_array_elements_text(p_pointers) loop
    v_found := p_document #>> array(
      select replace(replace(part, '~1', '/'), '~0', '~')
      from unnest(string_to_array(substr(v_pointer, 2), '/')) with ordinality as parts (part, place) order by place
    );
    if length(v_found) between 1 and 200 then
      return v_found;
    end if;
  end loop;
  return null;
exception when others then
  -- A text that PostgreSQL cannot hold, as one with \u0000.
  return null;
end
$$;
