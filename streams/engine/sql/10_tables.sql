create schema if not exists engine;
comment on schema engine is 'Heads, offsets, ledger, logs and dead letters: what cannot be replayed.';

create table engine.head (
  stage text not null,
  version int not null,
  region text not null,
  epoch bigint not null default 0,
  sequence bigint not null default 0,
  worker text not null default '',
  claimed_at timestamptz not null default now(),
  primary key (stage, version, region)
) with (fillfactor = 50);
comment on table engine.head is 'One row per stage and region; every unit updates it first, so a zombie can write nothing.';
comment on column engine.head.stage is 'Name of the stage.';
comment on column engine.head.version is 'Version of the stage: another version has its own offsets.';
comment on column engine.head.region is 'Region code.';
comment on column engine.head.epoch is 'Counts claims; only the newest claim may write.';
comment on column engine.head.sequence is 'Counts committed units; compared and set by each.';
comment on column engine.head.worker is 'Worker slot of the newest claim, for people.';
comment on column engine.head.claimed_at is 'When the newest claim was made.';

create table engine.input (
  stage text not null,
  version int not null,
  region text not null,
  topic text not null,
  topic_id text not null,
  last_offset bigint not null default -1,
  incarnation int not null default 0,
  position bigint not null default 0,
  record_at timestamptz,
  primary key (stage, version, region, topic)
) with (fillfactor = 50);
comment on table engine.input is 'How far a stage has read each topic of a region; moves in the same transaction as its rows.';
comment on column engine.input.stage is 'Name of the stage.';
comment on column engine.input.version is 'Version of the stage.';
comment on column engine.input.region is 'Region code; its line in regions.toml is the partition.';
comment on column engine.input.topic is 'Kafka topic.';
comment on column engine.input.topic_id is 'Kafka''s id of the topic (KIP-516): a recreated topic is refused.';
comment on column engine.input.last_offset is 'Last offset applied; -1 before the first.';
comment on column engine.input.incarnation is 'Incarnation of the last log row; 0 when the topic is no log.';
comment on column engine.input.position is 'Position of the last log row; 0 when the topic is no log.';
comment on column engine.input.record_at is 'Broker time of the last record applied, for lag in seconds.';

create table engine.log_head (
  log text not null,
  region text not null,
  incarnation int not null default 1,
  position bigint not null default 0,
  relayed bigint not null default 0,
  relay_epoch bigint not null default 0,
  primary key (log, region)
) with (fillfactor = 50);
comment on table engine.log_head is 'Head of each log per region, and how far it has been relayed to its topic.';
comment on column engine.log_head.log is 'Name of the log.';
comment on column engine.log_head.region is 'Region code.';
comment on column engine.log_head.incarnation is 'Raised when a restored database had to admit events anew.';
comment on column engine.log_head.position is 'Last position given out; positions have no gaps and start at 1.';
comment on column engine.log_head.relayed is 'Last position acknowledged by the broker; may be behind the truth, never ahead.';
comment on column engine.log_head.relay_epoch is 'Epoch of the lease that stored relayed.';

create table engine.ledger (
  region text not null,
  topic text not null,
  "offset" bigint not null,
  outcome text not null check (outcome in
    ('applied', 'duplicate', 'conflict', 'dead_lettered', 're_routed', 'pending')),
  position bigint,
  code text,
  source text,
  event_id text,
  settled_at timestamptz not null default now(),
  primary key (region, topic, "offset")
);
comment on table engine.ledger is 'What became of every consumed offset of an inbound topic; pending is the one outcome that changes.';
comment on column engine.ledger.region is 'Region code.';
comment on column engine.ledger.topic is 'Inbound topic.';
comment on column engine.ledger."offset" is 'Kafka offset in the region''s partition.';
comment on column engine.ledger.outcome is 'applied, duplicate, conflict, dead_lettered, re_routed or pending.';
comment on column engine.ledger.position is 'Position in the log where the event stands, when it does.';
comment on column engine.ledger.code is 'Reason code of a dead letter or conflict.';
comment on column engine.ledger.source is 'Source of the event, when it could be read.';
comment on column engine.ledger.event_id is 'Id of the event, when it could be read.';
comment on column engine.ledger.settled_at is 'When the outcome was written.';
create index ledger_event on engine.ledger (region, source, event_id);

create table engine.dead_letter (
  id uuid primary key,
  stage text not null,
  region text not null,
  topic text not null,
  "offset" bigint not null,
  code text not null,
  body_sealed bytea,
  body_sha256 bytea not null,
  headers jsonb not null default '{}',
  first_seen timestamptz not null default now(),
  attempts int not null default 1,
  status text not null default 'open' check (status in ('open', 'redriven', 'discarded')),
  unique (stage, region, topic, "offset")
);
comment on table engine.dead_letter is 'Records that can never be applied as they are, kept for repair.';
comment on column engine.dead_letter.id is 'UUIDv5 of stage, region, topic and offset.';
comment on column engine.dead_letter.stage is 'Stage that refused the record.';
comment on column engine.dead_letter.region is 'Region code.';
comment on column engine.dead_letter.topic is 'Topic of the record.';
comment on column engine.dead_letter."offset" is 'Offset of the record.';
comment on column engine.dead_letter.code is 'Reason code of schemas.problem_codes.';
comment on column engine.dead_letter.body_sealed is 'Original bytes, AES-GCM under the dead-letter key; null for advice and for a tombstone.';
comment on column engine.dead_letter.body_sha256 is 'SHA-256 of the original bytes.';
comment on column engine.dead_letter.headers is 'CloudEvents attributes that are safe to show.';
comment on column engine.dead_letter.first_seen is 'When it was refused first.';
comment on column engine.dead_letter.attempts is 'How often it was tried.';
comment on column engine.dead_letter.status is 'open, redriven or discarded.';

create table engine.journal (
  region text not null,
  position bigint not null,
  incarnation int not null,
  row_version smallint not null,
  key bytea not null,
  body bytea not null,
  known_at timestamptz not null,
  source text not null,
  event_id text not null,
  record_name text not null,
  households text[] not null,
  primary key (region, position)
) partition by list (region);
comment on table engine.journal is 'What Radar decided, row by row: the record of truth.';
comment on column engine.journal.region is 'Region code; one partition each.';
comment on column engine.journal.position is 'From 1, without gaps.';
comment on column engine.journal.incarnation is 'See engine.log_head.';
comment on column engine.journal.row_version is 'Version of the JournalRow schema in body.';
comment on column engine.journal.key is 'Kafka key: the first household''s token, else the region.';
comment on column engine.journal.body is 'Avro JournalRow without framing.';
comment on column engine.journal.known_at is 'When the region knew it; never decreases with position.';
comment on column engine.journal.source is 'Source of the event.';
comment on column engine.journal.event_id is 'Id of the event within its source.';
comment on column engine.journal.record_name is 'Avro record name of the event.';
comment on column engine.journal.households is 'Tokens of the households it belongs to.';
create index journal_event on engine.journal (region, source, event_id);
create index journal_households on engine.journal using gin (households);

create table engine.findings (
  region text not null,
  position bigint not null,
  incarnation int not null,
  row_version smallint not null,
  key bytea not null,
  body bytea not null,
  household_id text not null,
  finding_id uuid not null,
  journal_position bigint not null,
  primary key (region, position)
) partition by list (region);
comment on table engine.findings is 'The finding log: what the radar said, in the order in which it said it.';
comment on column engine.findings.region is 'Region code; one partition each.';
comment on column engine.findings.position is 'From 1, without gaps.';
comment on column engine.findings.incarnation is 'See engine.log_head.';
comment on column engine.findings.row_version is 'Version of the FindingEvent schema in body.';
comment on column engine.findings.key is 'Kafka key: the household''s token.';
comment on column engine.findings.body is 'Avro FindingEvent without framing.';
comment on column engine.findings.household_id is 'Household token.';
comment on column engine.findings.finding_id is 'The finding this row speaks of.';
comment on column engine.findings.journal_position is 'Journal row that caused it.';
create index findings_household on engine.findings (region, household_id);

create table engine.advice (
  region text not null,
  position bigint not null,
  incarnation int not null,
  row_version smallint not null,
  key bytea not null,
  body bytea not null,
  known_at timestamptz not null,
  source text not null,
  event_id text not null,
  record_name text not null,
  primary key (region, position)
) partition by list (region);
comment on table engine.advice is 'The advice log: holds nobody, joins nothing.';
comment on column engine.advice.region is 'Region code; one partition each.';
comment on column engine.advice.position is 'From 1, without gaps.';
comment on column engine.advice.incarnation is 'See engine.log_head.';
comment on column engine.advice.row_version is 'Version of the AdviceRow schema in body.';
comment on column engine.advice.key is 'Kafka key: the event id.';
comment on column engine.advice.body is 'Avro AdviceRow without framing.';
comment on column engine.advice.known_at is 'When the region knew it; never decreases with position.';
comment on column engine.advice.source is 'Source of the event.';
comment on column engine.advice.event_id is 'Id of the event within its source.';
comment on column engine.advice.record_name is 'Avro record name of the event.';
create index advice_event on engine.advice (region, source, event_id);

create table engine.progress (
  stage text not null,
  version int not null,
  region text not null,
  topic text not null,
  position bigint not null,
  committed_at timestamptz not null default clock_timestamp(),
  primary key (region, topic, stage, version, position)
);
comment on table engine.progress is 'When a stage committed up to which log position; answers "when was this event applied" for 35 days.';
comment on column engine.progress.stage is 'Name of the stage.';
comment on column engine.progress.version is 'Version of the stage.';
comment on column engine.progress.region is 'Region code.';
comment on column engine.progress.topic is 'Log topic.';
comment on column engine.progress.position is 'Last position of the unit.';
comment on column engine.progress.committed_at is 'Wall clock, just before the commit.';
