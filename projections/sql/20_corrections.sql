create table projections.event (
  region text not null,
  source text not null,
  event_id text not null,
  position bigint not null,
  known_at timestamptz not null,
  record_name text not null,
  chain text,
  voided_by text,
  primary key (region, source, event_id)
);
comment on table projections.event is 'Every event of the journal: where it stands and what voids it.';
comment on column projections.event.region is 'Region code.';
comment on column projections.event.source is 'Source of the event.';
comment on column projections.event.event_id is 'Id of the event within its source.';
comment on column projections.event.position is 'Its position in the journal.';
comment on column projections.event.known_at is 'When the region knew it.';
comment on column projections.event.record_name is 'Avro record name of the event.';
comment on column projections.event.chain is 'Chain of the fact that it states, if it states one.';
comment on column projections.event.voided_by is 'Id of the correction that voids it now.';

create table projections.correction (
  region text not null,
  source text not null,
  event_id text not null,
  position bigint not null,
  known_at timestamptz not null,
  target_event_id text not null,
  kind text not null,
  replacement_event_id text,
  primary key (region, source, event_id)
);
comment on table projections.correction is 'Every correction in the journal.';
comment on column projections.correction.region is 'Region code.';
comment on column projections.correction.source is 'Source of correction, target and replacement.';
comment on column projections.correction.event_id is 'Id of the correction.';
comment on column projections.correction.position is 'Its position in the journal.';
comment on column projections.correction.known_at is 'When the region knew it.';
comment on column projections.correction.target_event_id is 'Id of the event that it corrects.';
comment on column projections.correction.kind is 'RETRACTED, REPLACED or DUPLICATE_OF.';
comment on column projections.correction.replacement_event_id is 'Id of the event that replaces the target.';
create index correction_target on projections.correction (region, source, target_event_id);
create index correction_replacement on projections.correction (region, source, replacement_event_id)
  where replacement_event_id is not null;

create table projections.advice_event (
  region text not null,
  source text not null,
  event_id text not null,
  position bigint not null,
  known_at timestamptz not null,
  record_name text not null,
  chain text,
  voided_by text,
  primary key (region, source, event_id)
);
comment on table projections.advice_event is 'Every event of the advice log: where it stands and what voids it.';
comment on column projections.advice_event.region is 'Region code.';
comment on column projections.advice_event.source is 'Source of the event.';
comment on column projections.advice_event.event_id is 'Id of the event within its source.';
comment on column projections.advice_event.position is 'Its position in the advice log.';
comment on column projections.advice_event.known_at is 'When the region knew it.';
comment on column projections.advice_event.record_name is 'Avro record name of the event.';
comment on column projections.advice_event.chain is 'Chain of the fact that it states, if it states one.';
comment on column projections.advice_event.voided_by is 'Id of the correction that voids it now.';

create table projections.advice_correction (
  region text not null,
  source text not null,
  event_id text not null,
  position bigint not null,
  known_at timestamptz not null,
  target_event_id text not null,
  kind text not null,
  replacement_event_id text,
  primary key (region, source, event_id)
);
comment on table projections.advice_correction is 'Every correction in the advice log.';
comment on column projections.advice_correction.region is 'Region code.';
comment on column projections.advice_correction.source is 'Source of correction, target and replacement.';
comment on column projections.advice_correction.event_id is 'Id of the correction.';
comment on column projections.advice_correction.position is 'Its position in the advice log.';
comment on column projections.advice_correction.known_at is 'When the region knew it.';
comment on column projections.advice_correction.target_event_id is 'Id of the event that it corrects.';
comment on column projections.advice_correction.kind is 'RETRACTED, REPLACED or DUPLICATE_OF.';
comment on column projections.advice_correction.replacement_event_id is 'Id of the event that replaces the target.';
create index advice_correction_target on projections.advice_correction (region, source, target_event_id);
create index advice_correction_replacement on projections.advice_correction (region, source, replacement_event_id)
  where replacement_event_id is not null;
