-- The days (of UTC) with deployments: what a server has read of one stays true for as long as its revision does.
create sequence delivery_revisions;
create table delivery_days (
  day date primary key,
  revision bigint not null default nextval('delivery_revisions')
) with (fillfactor = 50);
insert into delivery_days (day) select distinct (at at time zone 'UTC')::date from delivery_facts where kind = 'deployment';
