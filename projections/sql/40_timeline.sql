create table projections.timeline (
  region text not null,
  household_id text not null,
  position bigint not null,
  incarnation int not null,
  known_at timestamptz not null,
  occurred_at timestamptz not null,
  recorded_at timestamptz not null,
  day date not null,
  source text not null,
  event_id text not null,
  record_name text not null,
  label text not null,
  details jsonb not null,
  flags text[] not null,
  pids text[] not null,
  municipality text,
  signal_at timestamptz,
  signal_reference uuid,
  primary key (region, household_id, position)
);
comment on table projections.timeline is 'Every journal row that belongs to a household, once per household.';
comment on column projections.timeline.region is 'Region code.';
comment on column projections.timeline.household_id is 'Token of the household.';
comment on column projections.timeline.position is 'Position in the journal.';
comment on column projections.timeline.incarnation is 'Incarnation of the journal, see engine.log_head.';
comment on column projections.timeline.known_at is 'When the region knew it.';
comment on column projections.timeline.occurred_at is 'When it happened, says the sender.';
comment on column projections.timeline.recorded_at is 'When the sender wrote it down.';
comment on column projections.timeline.day is 'Day that the event is about, in Europe/Amsterdam.';
comment on column projections.timeline.source is 'Source of the event.';
comment on column projections.timeline.event_id is 'Id of the event within its source.';
comment on column projections.timeline.record_name is 'Avro record name of the event.';
comment on column projections.timeline.label is 'Dutch name of the kind of event.';
comment on column projections.timeline.details is 'Dutch labels and values: codes, days and flags, no identities.';
comment on column projections.timeline.flags is 'Particulars at admission, as codes: clock_skew and the like.';
comment on column projections.timeline.pids is 'Tokens of the persons in the event; counted, never shown.';
comment on column projections.timeline.municipality is 'CBS code that the event gives.';
comment on column projections.timeline.signal_at is 'Time t of a signal (definitions.md); null for what is never a signal.';
comment on column projections.timeline.signal_reference is 'Hash of source and number under which a signal and its registered report meet.';
create index timeline_event on projections.timeline (region, source, event_id);
create index timeline_signal on projections.timeline (region, signal_reference)
  where signal_reference is not null;

create table projections.household (
  region text not null,
  household_id text not null,
  founded_at timestamptz not null,
  last_signal_at timestamptz,
  events int not null,
  persons int not null,
  municipality text,
  merged_into text,
  primary key (region, household_id)
) with (fillfactor = 70);
comment on table projections.household is 'One row per household: what a list of households shows.';
comment on column projections.household.region is 'Region code.';
comment on column projections.household.household_id is 'Token of the household.';
comment on column projections.household.founded_at is 'When the region knew its first event.';
comment on column projections.household.last_signal_at is 'Time t of its last signal that stands.';
comment on column projections.household.events is 'Rows of its timeline, voided ones included.';
comment on column projections.household.persons is 'Different persons in its events that stand.';
comment on column projections.household.municipality is 'CBS code of the last event that gave one.';
comment on column projections.household.merged_into is 'Token of the household that took it over.';
