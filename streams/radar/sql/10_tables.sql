create schema if not exists radar;
comment on schema radar is 'State of the radar stage: all of it can be replayed from the journal.';

create table radar.household_state (
  region text not null,
  household_id text not null,
  state bytea not null,
  wake_at date,
  journal_position bigint not null,
  primary key (region, household_id)
);
comment on table radar.household_state is 'What the radar remembers of each household: facts, corrections, newest findings.';
comment on column radar.household_state.region is 'Region code.';
comment on column radar.household_state.household_id is 'Household token.';
comment on column radar.household_state.state is 'The state''s one form in bytes; see streams.household.state.';
comment on column radar.household_state.wake_at is 'First day whose tick may change the household; null when none can.';
comment on column radar.household_state.journal_position is 'Journal row that changed the state last.';
create index household_state_wake on radar.household_state (region, wake_at) where wake_at is not null;

create table radar.rule_set (
  region text not null,
  journal_position bigint not null,
  rules jsonb not null,
  calendar jsonb not null,
  primary key (region, journal_position)
);
comment on table radar.rule_set is 'Rules in force, each from its RulesActivated row on.';
comment on column radar.rule_set.region is 'Region code.';
comment on column radar.rule_set.journal_position is 'Position of the RulesActivated row.';
comment on column radar.rule_set.rules is 'Rule id to canonical JSON of version and parameters.';
comment on column radar.rule_set.calendar is 'Extra non-working days, ISO dates.';
