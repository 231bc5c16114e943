-- From the last layout before the first release, which four migrations had made, to that of 0005_registry.sql.

-- From now on functions/ defines them.
drop function record_events(jsonb, text, text[], bytea[], bytea[], text[]);
