-- Whether a text is the one that a pattern says; with * at its end, whether it begins so (access/pattern.ts).
create or replace function meets_pattern(p_text text, p_pattern text) returns boolean language sql immutable as $$
  select case when p_pattern like '%*' then starts_with(p_text, left(p_pattern, -1)) else p_text = p_pattern end
$$;
