-- Reads the SBOM of an event of sbom_queue, as far as it is one, and takes it for what its artifact holds at its receiver, unless
-- a newer one was taken. Returns what is wrong with it; null when nothing is.
--
-- Whoever takes messages goes on meanwhile; to empty the projections waits. What documents can be is caught: a broken one is kept
-- as such. All else fails the transaction, and is tried again up to p_tries times.
create or replace function project_sbom(p_version int, p_event_id text, p_tries int, p_limit int) returns text
language plpgsql
set enable_seqscan = off
as $$
declare
  v_queued record;
  v_event record;
  v_document jsonb;
  v_components int[];
  v_is_cut boolean;
  v_problem text;
begin
  set local synchronous_commit = off;
  perform from projection where version = p_version for key share;
  if not found then
    return null;
  end if;
  -- Of two who lead at once, one writes components (storage/locks.ts).
  perform pg_advisory_xact_lock(4542546, 2);
  delete from sbom_queue where event_id = p_event_id returning artifact, tries into v_queued;
  if not found then
    return null;
  end if;
  select seq, event_receiver_id, payload into v_event from events where id = p_event_id;

  if v_queued.tries > p_tries then
    v_problem := format('to read it has failed %s times', p_tries);
  else
    begin
      -- jsonb has no NUL; of an escaped backslash before u0000, which nobody's component has, the same is made.
      v_document := replace(v_event.payload::text, '\u0000', '\ufffd')::jsonb;
      select d into v_document from unnest(array[
        v_document, v_document->'predicate', v_document->'SPDX', v_document->'sbom', v_document->'bom', v_document->'data'
      ]) as d
      where d->>'bomFormat' = 'CycloneDX' or d->>'spdxVersion' like 'SPDX-%' limit 1;
      if not found then
        return null;
      end if;
      if 'array' <> any (array[jsonb_typeof(v_document->'components'), jsonb_typeof(v_document->'packages')]) then
        v_problem := 'what should be a list of its components is none';
      else
        select components, is_cut into v_components, v_is_cut from learn_components(v_document, p_limit);
        if v_is_cut then
          v_problem := format('it names more than %s components: others than the first are not searched', p_limit);
        end if;
      end if;
    exception when data_exception or program_limit_exceeded then
      v_problem := format('it cannot be read: %s', sqlerrm);
    end;
  end if;

  insert into sboms as s (artifact, event_receiver_id, seq, event_id, components, problem_seq, problem_id, problem)
  values (
    v_queued.artifact, v_event.event_receiver_id,
    case when v_components is not null then v_event.seq end, case when v_components is not null then p_event_id end,
    coalesce(v_components, '{}'),
    case when v_problem is not null then v_event.seq end, case when v_problem is not null then p_event_id end, v_problem
  )
  on conflict (artifact, event_receiver_id) do update set
    seq = greatest(s.seq, excluded.seq),
    event_id = case when excluded.seq > coalesce(s.seq, 0) then excluded.event_id else s.event_id end,
    -- Kept where it is when it is the same: nothing is written for it then.
    components = case when excluded.seq > coalesce(s.seq, 0) and excluded.components <> s.components
                      then excluded.components else s.components end,
    problem_seq = case when v_event.seq > greatest(s.seq, s.problem_seq) then excluded.problem_seq else s.problem_seq end,
    problem_id = case when v_event.seq > greatest(s.seq, s.problem_seq) then excluded.problem_id else s.problem_id end,
    problem = case when v_event.seq > greatest(s.seq, s.problem_seq) then excluded.problem else s.problem end;
  return v_problem;
end
$$;
