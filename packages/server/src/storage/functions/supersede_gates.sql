-- Removes the gates whose place a newer artifact of the same line has taken, because these were open. By indexes
-- artifacts_name and gates_pkey; what is older than the one before was removed when that was open.
create or replace function supersede_gates(p_group int[], p_line bigint[], p_name text[], p_artifact bigint[]) returns void
language plpgsql
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
as $$
begin
  with opened as materialized (
    select o.group_num, o.line, o.name, max(o.artifact) as artifact, coalesce(max(before.artifact), 0) as before
    from unnest(p_group, p_line, p_name, p_artifact) as o (group_num, line, name, artifact)
    left join lateral (
      select artifact from gate_lines l where l.group_num = o.group_num and l.line = o.line offset 0
    ) as before on true
    group by 1, 2, 3
  ), newest as materialized (
    select * from opened where artifact > before
  ), kept as (
    insert into gate_lines (group_num, line, artifact) select group_num, line, artifact from newest order by 1, 2
    on conflict (group_num, line) do update set artifact = excluded.artifact
  )
  delete from gates g using (
    select newest.group_num, older.first_seq from newest cross join lateral (
      select first_seq from artifacts a
      where a.name = newest.name and a.first_seq >= newest.before and a.first_seq < newest.artifact and a.line = newest.line
      offset 0
    ) as older
  ) as gone
  where g.group_num = gone.group_num and g.artifact = gone.first_seq;
end
$$;
