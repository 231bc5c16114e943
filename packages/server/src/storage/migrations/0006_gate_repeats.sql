-- Of each completion, whether the gate was open already; null in rows of before.
alter table outbox add column groups_repeated boolean[];

-- It returns a column more, which "create or replace" cannot bring. Only record_events calls it, and is replaced with it.
drop function if exists decide_gates(bigint[], bytea[], boolean[], text[]);
