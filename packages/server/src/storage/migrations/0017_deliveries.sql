-- How well is delivered: what events mean for it, by rules that are only ever added to, and what follows from that
-- (functions/take_deliveries.sql, functions/derive_deliveries.sql). Kept behind the commit as all projections are.

-- What counts as what, by the types of receivers; a type that ends in * is how one begins. The newest holds.
create table delivery_rules (
  version int primary key,
  created_at timestamptz not null default date_trunc('milliseconds', now()),
  -- Who wrote them; null of those that come with EPR.
  actor text,
  rules json not null
);
-- CDEvents, alone or as the data of a CloudEvent.
insert into delivery_rules (version, rules) values (0, '{
  "change": ["dev.cdevents.change.merged.*"],
  "deployment": ["dev.cdevents.service.deployed.*", "dev.cdevents.service.upgraded.*"],
  "failure": ["dev.cdevents.service.rolledback.*", "dev.cdevents.incident.detected.*"],
  "restored": ["dev.cdevents.incident.resolved.*"],
  "environment": {
    "pointers": ["/subject/content/environment/id", "/data/subject/content/environment/id"],
    "default": "production"
  },
  "incident": {"types": ["dev.cdevents.incident.*"], "pointers": ["/subject/id", "/data/subject/id"]}
}');

create type delivery_kind as enum ('deployment', 'failure', 'restored', 'change');

-- The receivers that the rules in use speak of.
create table delivery_receivers (
  event_receiver_id text collate "C" primary key,
  kind delivery_kind not null,
  -- Whether its payloads name an incident.
  is_incident boolean not null
);

-- What has happened, in the order of time and seq.
create table delivery_facts (
  -- The event's.
  seq bigint primary key,
  event_id text collate "C" not null,
  -- A deployment that went wrong is a failure.
  kind delivery_kind not null,
  at timestamptz not null,
  artifact bigint not null,
  name text collate "C" not null,
  environment text collate "C" not null,
  incident text collate "C",
  -- What follows, written by derive_deliveries. Of a deployment: the one that it repeats, itself when it repeats none. Of a
  -- failure: the deployment that it is counted for; null without one.
  run bigint,
  -- Of the first deployment of an artifact to an environment: when its change was, and which event says so.
  changed_at timestamptz,
  changed_by text collate "C",
  -- Whether an event says when its change was merged; it is the artifact's first event else.
  is_merged boolean,
  -- Of a deployment: when the first failure was that is counted for it. Of a failure: when its end was, and what says so.
  ended_at timestamptz,
  ended_by text collate "C"
) with (fillfactor = 80);
create index delivery_facts_at on delivery_facts (kind, at, seq);
create index delivery_facts_line on delivery_facts (name, environment, at, seq) where kind in ('deployment', 'failure');
create index delivery_facts_artifact on delivery_facts (artifact);
create index delivery_facts_incident on delivery_facts (incident) where incident is not null;

-- How long what was deployed has waited at the gates before.
create table delivery_waits (
  -- The seq of the first deployment to an environment.
  deployment bigint not null,
  group_num int not null,
  began_at timestamptz not null,
  -- Null when it was deployed and the gate had never been open.
  opened_at timestamptz,
  primary key (deployment, group_num)
);

-- Of which names and environments to derive anew, and from when on.
create table delivery_lines (
  name text collate "C" not null,
  environment text collate "C" not null,
  from_at timestamptz not null,
  primary key (name, environment)
);

alter table projection
  -- The rules in use; null before any are.
  add column delivery_rules int,
  -- Events of before are walked from the newest id down to this one, once rules have changed. Null when all are in.
  add column delivery_id text collate "C";
