create table access_keys (
  id text collate "C" not null,
  name text not null,
  hash bytea not null,
  is_admin boolean not null,
  created_at timestamp with time zone not null default now(),
  expires_at timestamp with time zone,
  revoked_at timestamp with time zone,
  last_used_at timestamp with time zone,
  constraint access_keys_hash_key UNIQUE (hash),
  constraint access_keys_pkey PRIMARY KEY (id)
);
CREATE INDEX access_keys_name ON epr.access_keys USING btree (name);

create table access_version (
  only_row boolean not null default true,
  version bigint not null,
  constraint access_version_only_row_check CHECK (only_row),
  constraint access_version_pkey PRIMARY KEY (only_row)
) with (fillfactor=50);

create table actors (
  id integer not null generated always as identity,
  digest bytea not null,
  principal text not null,
  type text not null,
  issuer text not null,
  subject text not null,
  label text,
  claims json,
  first_seen timestamp with time zone not null default now(),
  constraint actors_digest_key UNIQUE (digest),
  constraint actors_pkey PRIMARY KEY (id)
);
CREATE INDEX actors_principal ON epr.actors USING btree (principal);

create table artifacts (
  first_seq bigint not null,
  last_seq bigint not null,
  line bigint not null,
  first_at timestamp with time zone not null,
  last_at timestamp with time zone not null,
  events integer not null,
  failures integer not null,
  nvrpp bytea not null,
  name text collate "C" not null,
  version text not null,
  release text not null,
  platform_id text not null,
  package text not null,
  constraint artifacts_pkey PRIMARY KEY (first_seq)
) with (fillfactor=90);
CREATE INDEX artifacts_name ON epr.artifacts USING btree (name, first_seq);
CREATE INDEX artifacts_nvrpp ON epr.artifacts USING hash (nvrpp);
CREATE INDEX artifacts_version ON epr.artifacts USING hash ((((name || '@'::text) || (version COLLATE "C"))));

create table audit (
  id bigint not null generated always as identity,
  time timestamp with time zone not null default now(),
  actor text not null,
  act text not null,
  object text not null,
  before json,
  after json,
  request_id text not null,
  constraint audit_pkey PRIMARY KEY (id)
);

create table component_keys (
  key uuid not null,
  component integer not null,
  constraint component_keys_pkey PRIMARY KEY (key, component)
);

create table components (
  num integer not null generated always as identity,
  key uuid not null,
  name text not null,
  version text collate "C" not null,
  purl text,
  cpe text,
  package text collate "C",
  full_name text collate "C" not null,
  plain_name text collate "C" not null,
  constraint components_key_key UNIQUE (key),
  constraint components_pkey PRIMARY KEY (num)
);
CREATE INDEX components_full_name ON epr.components USING btree (full_name) WHERE (full_name <> plain_name);
CREATE INDEX components_package ON epr.components USING btree (package) WHERE (package IS NOT NULL);
CREATE INDEX components_plain_name ON epr.components USING btree (plain_name, version);

create table delivery_days (
  day date not null,
  revision bigint not null default nextval('delivery_revisions'::regclass),
  constraint delivery_days_pkey PRIMARY KEY (day)
) with (fillfactor=50);

create table delivery_facts (
  seq bigint not null,
  event_id text collate "C" not null,
  kind delivery_kind not null,
  at timestamp with time zone not null,
  artifact bigint not null,
  name text collate "C" not null,
  environment text collate "C" not null,
  incident text collate "C",
  run bigint,
  changed_at timestamp with time zone,
  changed_by text collate "C",
  is_merged boolean,
  ended_at timestamp with time zone,
  ended_by text collate "C",
  constraint delivery_facts_pkey PRIMARY KEY (seq)
) with (fillfactor=80);
CREATE INDEX delivery_facts_artifact ON epr.delivery_facts USING btree (artifact);
CREATE INDEX delivery_facts_at ON epr.delivery_facts USING btree (kind, at, seq);
CREATE INDEX delivery_facts_incident ON epr.delivery_facts USING btree (incident) WHERE (incident IS NOT NULL);
CREATE INDEX delivery_facts_line ON epr.delivery_facts USING btree (name, environment, at, seq) WHERE (kind = ANY (ARRAY['deployment'::delivery_kind, 'failure'::delivery_kind]));

create table delivery_lines (
  name text collate "C" not null,
  environment text collate "C" not null,
  from_at timestamp with time zone not null,
  constraint delivery_lines_pkey PRIMARY KEY (name, environment)
);

create table delivery_receivers (
  event_receiver_id text collate "C" not null,
  kind delivery_kind not null,
  is_incident boolean not null,
  constraint delivery_receivers_pkey PRIMARY KEY (event_receiver_id)
);

create table delivery_rules (
  version integer not null,
  created_at timestamp with time zone not null default date_trunc('milliseconds'::text, now()),
  actor text,
  rules json not null,
  constraint delivery_rules_pkey PRIMARY KEY (version)
);

create table delivery_waits (
  deployment bigint not null,
  group_num integer not null,
  began_at timestamp with time zone not null,
  opened_at timestamp with time zone,
  constraint delivery_waits_pkey PRIMARY KEY (deployment, group_num)
);

create table device_grants (
  hash bytea not null,
  user_code text collate "C" not null,
  client text not null,
  address text not null,
  created_at timestamp with time zone not null default now(),
  expires_at timestamp with time zone not null,
  polled_at timestamp with time zone,
  caller text,
  principal json,
  is_denied boolean not null default false,
  constraint device_grants_pkey PRIMARY KEY (hash),
  constraint device_grants_user_code_key UNIQUE (user_code)
);
CREATE INDEX device_grants_expires_at ON epr.device_grants USING btree (expires_at);

create table event_receiver_group_members (
  group_id text collate "C" not null,
  event_receiver_id text collate "C" not null,
  position integer not null,
  others text[] not null,
  constraint event_receiver_group_members_event_receiver_id_fkey FOREIGN KEY (event_receiver_id) REFERENCES event_receivers(id),
  constraint event_receiver_group_members_group_id_fkey FOREIGN KEY (group_id) REFERENCES event_receiver_groups(id),
  constraint event_receiver_group_members_pkey PRIMARY KEY (group_id, event_receiver_id)
);
CREATE INDEX event_receiver_group_members_receiver ON epr.event_receiver_group_members USING btree (event_receiver_id, group_id);

create table event_receiver_groups (
  id text collate "C" not null,
  name text not null,
  type text not null,
  version text not null,
  description text not null,
  enabled boolean not null,
  created_at timestamp with time zone not null,
  updated_at timestamp with time zone not null,
  constraint event_receiver_groups_pkey PRIMARY KEY (id)
);
CREATE INDEX event_receiver_groups_name ON epr.event_receiver_groups USING btree (name, id);
CREATE INDEX event_receiver_groups_type ON epr.event_receiver_groups USING btree (type, id);

create table event_receivers (
  id text collate "C" not null,
  name text not null,
  type text not null,
  version text not null,
  description text not null,
  schema json not null,
  fingerprint text not null,
  created_at timestamp with time zone not null,
  constraint event_receivers_pkey PRIMARY KEY (id)
);
CREATE INDEX event_receivers_fingerprint ON epr.event_receivers USING btree (fingerprint);
CREATE INDEX event_receivers_name ON epr.event_receivers USING btree (name, id);
CREATE INDEX event_receivers_type ON epr.event_receivers USING btree (type, id);

create table events (
  seq bigint not null generated always as identity,
  id text collate "C" not null,
  nvrpp bytea not null,
  name text not null,
  version text not null,
  release text not null,
  platform_id text not null,
  package text not null,
  description text not null,
  payload json not null,
  payload_bytes integer not null,
  success boolean not null,
  event_receiver_id text collate "C" not null,
  created_at timestamp with time zone not null,
  actor_id integer,
  constraint events_pkey PRIMARY KEY (id)
);
CREATE INDEX events_event_receiver ON epr.events USING btree (event_receiver_id, id);
CREATE INDEX events_failed ON epr.events USING btree (id) WHERE (NOT success);
CREATE INDEX events_gate ON epr.events USING btree (nvrpp, event_receiver_id, seq DESC) INCLUDE (success);
CREATE INDEX events_name ON epr.events USING btree (name, id);
CREATE INDEX events_version ON epr.events USING btree (version, id) INCLUDE (event_receiver_id);

create table functions (
  name text not null,
  hash text not null,
  applied_at timestamp with time zone not null default now(),
  constraint functions_pkey PRIMARY KEY (name)
);

create table gate_groups (
  num integer not null generated always as identity,
  group_id text collate "C" not null,
  until_artifact bigint,
  from_artifact bigint,
  constraint gate_groups_group_id_key UNIQUE (group_id),
  constraint gate_groups_pkey PRIMARY KEY (num)
);

create table gate_lines (
  group_num integer not null,
  line bigint not null,
  artifact bigint not null,
  constraint gate_lines_pkey PRIMARY KEY (group_num, line)
);

create table gates (
  group_num integer not null,
  state gate_state not null,
  artifact bigint not null,
  since timestamp with time zone not null,
  constraint gates_pkey PRIMARY KEY (group_num, artifact)
);
CREATE INDEX gates_since ON epr.gates USING btree (group_num, state, since);

create table idempotency_keys (
  key bytea not null,
  digest bytea not null,
  result json not null,
  created_at timestamp with time zone not null default now(),
  constraint idempotency_keys_pkey PRIMARY KEY (key)
);
CREATE INDEX idempotency_keys_age ON epr.idempotency_keys USING btree (created_at);

create table issuers (
  name text not null,
  issuer text not null,
  document json not null,
  updated_at timestamp with time zone not null default now(),
  constraint issuers_issuer_key UNIQUE (issuer),
  constraint issuers_pkey PRIMARY KEY (name)
);

create table leader_lease (
  only_row boolean not null default true,
  token bigint not null,
  beat bigint not null,
  constraint leader_lease_only_row_check CHECK (only_row),
  constraint leader_lease_pkey PRIMARY KEY (only_row)
) with (fillfactor=50);

create table migrations (
  version integer not null,
  name text not null,
  applied_at timestamp with time zone not null default now(),
  constraint migrations_pkey PRIMARY KEY (version)
);

create table outbox (
  id bigint not null generated always as identity,
  first_cursor bigint,
  numbered_at timestamp with time zone,
  kind text not null,
  size integer not null,
  types text[] not null,
  event_ids text[],
  event_receiver_id text collate "C",
  group_ids text[],
  groups_enabled boolean[],
  groups_updated_at timestamp with time zone[],
  groups_repeated boolean[],
  actor_id integer,
  constraint outbox_kind_check CHECK ((kind = ANY (ARRAY['events'::text, 'receiver'::text, 'group'::text, 'modified'::text]))),
  constraint outbox_pkey PRIMARY KEY (id),
  constraint outbox_size_check CHECK ((size > 0))
) with (toast_tuple_target=8160);
CREATE UNIQUE INDEX outbox_cursor ON epr.outbox USING btree (first_cursor) WHERE (first_cursor IS NOT NULL);
CREATE INDEX outbox_unnumbered ON epr.outbox USING btree (id) WHERE (first_cursor IS NULL);

create table policies (
  name text not null,
  document json not null,
  resolved json not null,
  updated_at timestamp with time zone not null default now(),
  constraint policies_pkey PRIMARY KEY (name)
);

create table projection (
  only_row boolean not null default true,
  version integer not null,
  cursor bigint not null,
  history_id text collate "C",
  history_done bigint not null default 0,
  history_size bigint not null default 0,
  delivery_rules integer,
  delivery_id text collate "C",
  constraint projection_only_row_check CHECK (only_row),
  constraint projection_pkey PRIMARY KEY (only_row)
);

create table receiver_days (
  event_receiver_id text collate "C" not null,
  day date not null,
  events bigint not null,
  failures bigint not null,
  bytes bigint not null,
  constraint receiver_days_pkey PRIMARY KEY (event_receiver_id, day)
) with (fillfactor=70);

create table recording_probe (
  only_row boolean not null default true,
  written_at timestamp with time zone not null,
  constraint recording_probe_only_row_check CHECK (only_row),
  constraint recording_probe_pkey PRIMARY KEY (only_row)
) with (fillfactor=50);

create table refusals (
  event_receiver_id text collate "C" not null,
  hour timestamp with time zone not null,
  path text collate "C" not null,
  count integer not null,
  sample json,
  sampled_at timestamp with time zone,
  payloads integer not null default 0,
  constraint refusals_pkey PRIMARY KEY (event_receiver_id, hour, path)
) with (fillfactor=80);
CREATE INDEX refusals_hour ON epr.refusals USING btree (hour);

create table relays (
  topic text not null,
  published_cursor bigint not null default 0,
  constraint relays_pkey PRIMARY KEY (topic)
);

create table retention (
  removed_cursor bigint not null default 0,
  only_row boolean not null default true,
  constraint retention_only_row_check CHECK (only_row),
  constraint retention_pkey PRIMARY KEY (only_row)
);

create table sbom_queue (
  event_id text collate "C" not null,
  artifact bigint not null,
  tries integer not null default 0,
  constraint sbom_queue_pkey PRIMARY KEY (event_id)
);
CREATE INDEX sbom_queue_next ON epr.sbom_queue USING btree (tries, event_id DESC);

create table sboms (
  artifact bigint not null,
  event_receiver_id text collate "C" not null,
  seq bigint,
  event_id text collate "C",
  components integer[] not null default '{}'::integer[],
  problem_seq bigint,
  problem_id text collate "C",
  problem text,
  constraint sboms_pkey PRIMARY KEY (artifact, event_receiver_id)
) with (toast_tuple_target=128);
CREATE INDEX sboms_components ON epr.sboms USING gin (components) WITH (fastupdate=off);
CREATE INDEX sboms_problem ON epr.sboms USING btree (problem_id) WHERE (problem_id IS NOT NULL);

create table sessions (
  id text collate "C" not null,
  hash bytea not null,
  kind text not null,
  caller text not null,
  principal json not null,
  created_at timestamp with time zone not null default now(),
  expires_at timestamp with time zone not null,
  revoked_at timestamp with time zone,
  constraint sessions_hash_key UNIQUE (hash),
  constraint sessions_pkey PRIMARY KEY (id)
);
CREATE INDEX sessions_expires_at ON epr.sessions USING btree (expires_at);

create table watchers (
  name text collate "C" not null,
  instance text collate "C" not null,
  caller text not null,
  seen_at timestamp with time zone not null default now(),
  document json not null,
  constraint watchers_pkey PRIMARY KEY (name, instance)
) with (fillfactor=50);

-- function begin_projection(p_version integer) returns integer
-- function component_package(p_purl text) returns text
-- function cpe_name(p_cpe text) returns text
-- function cursor_before(p_moment timestamp with time zone) returns bigint
-- function decide_gates(p_seq bigint[], p_nvrpp bytea[], p_success boolean[], p_event_receiver_id text[], OUT places bigint[], OUT types text[], OUT group_ids text[], OUT groups_enabled boolean[], OUT groups_updated_at timestamp with time zone[], OUT groups_repeated boolean[]) returns record
-- function derive_deliveries(p_name text, p_environment text, p_from timestamp with time zone) returns void
-- function gate_at(p_group_id text, p_nvrpp bytea, p_bound bigint) returns TABLE(state gate_state, since timestamp with time zone, last_seq bigint)
-- function hash_key(p_hash text) returns uuid
-- function items(p_json jsonb) returns jsonb
-- function last_name(p_name text) returns text
-- function learn_components(p_document jsonb, p_limit integer, OUT components integer[], OUT is_cut boolean) returns record
-- function line_of(p_name text, p_platform_id text, p_package text) returns bigint
-- function mark_delivery_receivers(p_ids text[]) returns void
-- function may_be_sbom(p_payload json, p_bytes integer) returns boolean
-- function meets_pattern(p_text text, p_pattern text) returns boolean
-- function number_messages(p_token bigint, p_limit integer) returns integer
-- function project_artifacts(p_ids text[], p_nvrpp bytea[]) returns void
-- function project_deliveries(p_version integer, p_limit integer) returns integer
-- function project_groups(p_version integer, p_limit integer) returns integer
-- function project_history(p_version integer, p_limit integer) returns integer
-- function project_messages(p_version integer, p_commits integer) returns integer
-- function project_sbom(p_version integer, p_event_id text, p_tries integer, p_limit integer) returns text
-- function record_events(p_events jsonb, p_large text, p_receivers text[], p_key bytea[], p_digest bytea[], p_result text[]) returns integer
-- function refuse_number_without_lease() returns trigger
-- function sbom_components(p_document jsonb, p_limit integer) returns TABLE(name text, version text, purl text, cpe text, package text, full_name text, plain_name text, keys uuid[])
-- function supersede_gates(p_group integer[], p_line bigint[], p_name text[], p_artifact bigint[]) returns void
-- function take_deliveries(p_ids text[]) returns void
-- function text_at(p_document json, p_pointers json) returns text
-- function text_key(p_text text) returns uuid
-- function unescape_url(p_text text) returns text
-- function use_delivery_rules(p_rules integer) returns void
-- function waits_before(p_deployment bigint, p_artifact bigint, p_at timestamp with time zone) returns TABLE(num integer, began_at timestamp with time zone, opened_at timestamp with time zone)
-- function was_open_at(p_group_id text, p_nvrpp bytea, p_seqs bigint[]) returns boolean
