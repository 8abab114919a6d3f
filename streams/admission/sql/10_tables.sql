create schema if not exists admission;
comment on schema admission is 'What admission remembers: events seen, the clock, references, memberships, what waits.';

create table admission.region_clock (
  region text primary key,
  mode text not null check (mode in ('SYSTEM', 'REPLAY')),
  name text not null,
  now timestamptz not null,
  day date,
  opened_at timestamptz not null
);
comment on table admission.region_clock is 'The clock of each opened region: the only "now" of its rules, deadlines and pages.';
comment on column admission.region_clock.region is 'Region code.';
comment on column admission.region_clock.mode is 'SYSTEM: the hub''s clock; REPLAY: the last day that ticked.';
comment on column admission.region_clock.name is 'Display name of the region.';
comment on column admission.region_clock.now is 'known_at of the newest journal row; never decreases.';
comment on column admission.region_clock.day is 'Last day that ticked; null before the first tick.';
comment on column admission.region_clock.opened_at is 'known_at of RegionOpened.';

create table admission.event (
  region text not null,
  source text not null,
  event_id text not null,
  record_name text not null,
  digest bytea not null,
  state text not null check (state in ('applied', 'pending')),
  position bigint,
  topic text not null,
  "offset" bigint not null,
  first_seen_at timestamptz not null,
  primary key (region, source, event_id),
  check ((position is null) = (state = 'pending'))
);
comment on table admission.event is 'Every event admitted, for ever: how the same one is known again after any time.';
comment on column admission.event.region is 'Region code.';
comment on column admission.event.source is 'Source of the event.';
comment on column admission.event.event_id is 'Id of the event within its source.';
comment on column admission.event.record_name is 'Avro record name.';
comment on column admission.event.digest is 'HMAC of what it says, persons included (schemas.digest).';
comment on column admission.event.state is 'applied, or pending until what it belongs to is known.';
comment on column admission.event.position is 'Journal position; null while pending.';
comment on column admission.event.topic is 'Topic on which it came.';
comment on column admission.event."offset" is 'Offset at which it came.';
comment on column admission.event.first_seen_at is 'The region''s clock when it came.';

create table admission.advice_event (
  region text not null,
  source text not null,
  event_id text not null,
  record_name text not null,
  digest bytea not null,
  position bigint not null,
  primary key (region, source, event_id)
);
comment on table admission.advice_event is 'The advices admitted; apart from all else, so that nothing can be joined to them.';
comment on column admission.advice_event.region is 'Region code.';
comment on column admission.advice_event.source is 'Source of the event.';
comment on column admission.advice_event.event_id is 'Id of the event within its source.';
comment on column admission.advice_event.record_name is 'Avro record name.';
comment on column admission.advice_event.digest is 'HMAC of what it says (schemas.digest).';
comment on column admission.advice_event.position is 'Position in the advice log.';

create table admission.household (
  region text not null,
  household_id text not null,
  founded_position bigint not null,
  founded_at timestamptz not null,
  source text not null,
  event_id text not null,
  merged_into text,
  primary key (region, household_id)
);
comment on table admission.household is 'The households of a region: random tokens, each founded by one event.';
comment on column admission.household.region is 'Region code.';
comment on column admission.household.household_id is 'Random token.';
comment on column admission.household.founded_position is 'Journal position of the founding event; decides which of two is older.';
comment on column admission.household.founded_at is 'known_at of the founding event.';
comment on column admission.household.source is 'Source of the founding event.';
comment on column admission.household.event_id is 'Id of the founding event.';
comment on column admission.household.merged_into is 'Household that goes on in its place, after a merge.';

create table admission.reference (
  region text not null,
  scope text not null check (scope in ('case', 'report', 'handover', 'order', 'mda', 'source_ref')),
  token text not null,
  household_id text not null,
  position bigint not null,
  primary key (region, scope, token)
);
comment on table admission.reference is 'References seen and the household each leads to; the numbers themselves are not kept.';
comment on column admission.reference.region is 'Region code.';
comment on column admission.reference.scope is 'What the number numbers; source_ref counts per source.';
comment on column admission.reference.token is 'HMAC of the number under the identity key.';
comment on column admission.reference.household_id is 'Household it leads to.';
comment on column admission.reference.position is 'Journal position of the event that mentioned it first.';

create table admission.membership (
  region text not null,
  household_id text not null,
  pid text not null,
  role text not null,
  valid_from date not null,
  valid_to date,
  position_from bigint not null,
  position_to bigint,
  primary key (region, pid, household_id, position_from)
);
comment on table admission.membership is 'Who belongs to which household, by day and by journal position.';
comment on column admission.membership.region is 'Region code.';
comment on column admission.membership.household_id is 'Household token.';
comment on column admission.membership.pid is 'Person token.';
comment on column admission.membership.role is 'Role in the event that made the membership.';
comment on column admission.membership.valid_from is 'Day of that event.';
comment on column admission.membership.valid_to is 'Day on which a decision ended it; null while it lasts.';
comment on column admission.membership.position_from is 'Journal position from which it is known.';
comment on column admission.membership.position_to is 'Journal position at which its last support fell away; null while it stands.';
create index membership_household on admission.membership (region, household_id);

create table admission.membership_support (
  region text not null,
  position bigint not null,
  household_id text not null,
  pid text not null,
  role text not null,
  valid_from date not null,
  is_void boolean not null default false,
  primary key (region, position, household_id, pid)
);
comment on table admission.membership_support is 'The events on which a membership rests: when the last is corrected away, it closes.';
comment on column admission.membership_support.region is 'Region code.';
comment on column admission.membership_support.position is 'Journal position of the event.';
comment on column admission.membership_support.household_id is 'Household token.';
comment on column admission.membership_support.pid is 'Person token.';
comment on column admission.membership_support.role is 'Role of the person in the event.';
comment on column admission.membership_support.valid_from is 'Day of the event.';
comment on column admission.membership_support.is_void is 'Whether a correction has taken the event away.';
create index membership_support_person on admission.membership_support (region, pid);

create table admission.correction (
  region text not null,
  source text not null,
  event_id text not null,
  kind text not null check (kind in ('RETRACTED', 'REPLACED', 'DUPLICATE_OF')),
  target_event_id text not null,
  replacement_event_id text,
  position bigint not null,
  primary key (region, source, event_id)
);
comment on table admission.correction is 'Corrections applied; a corrected correction revives its target.';
comment on column admission.correction.region is 'Region code.';
comment on column admission.correction.source is 'Source of the correction and of its target.';
comment on column admission.correction.event_id is 'Id of the correction.';
comment on column admission.correction.kind is 'RETRACTED and DUPLICATE_OF void the target; REPLACED once the replacement is known.';
comment on column admission.correction.target_event_id is 'Id of the event corrected.';
comment on column admission.correction.replacement_event_id is 'Id of the event that replaces it: the target is void once that is known.';
comment on column admission.correction.position is 'Journal position; of several, the last counts.';
create index correction_target on admission.correction (region, source, target_event_id);
create index correction_replacement on admission.correction (region, source, replacement_event_id)
  where replacement_event_id is not null;

create table admission.pending (
  region text not null,
  source text not null,
  event_id text not null,
  seq bigint generated always as identity,
  draft bytea not null,
  known_at timestamptz not null,
  is_reviewed boolean not null default false,
  primary key (region, source, event_id)
);
comment on table admission.pending is 'Events that wait for what they belong to; without their sealed block.';
comment on column admission.pending.region is 'Region code.';
comment on column admission.pending.source is 'Source of the event.';
comment on column admission.pending.event_id is 'Id of the event.';
comment on column admission.pending.seq is 'Order of first seeing: children of one parent are applied in it.';
comment on column admission.pending.draft is 'Avro JournalRow with position 0: all that is decided but where it belongs.';
comment on column admission.pending.known_at is 'The region''s clock when it came; 30 days later a person looks at it.';
comment on column admission.pending.is_reviewed is 'Whether it stands in the review queue.';
create index pending_age on admission.pending (region, known_at) where not is_reviewed;

create table admission.pending_key (
  region text not null,
  key text not null,
  source text not null,
  event_id text not null,
  primary key (region, key, source, event_id)
);
comment on table admission.pending_key is 'What would wake a pending event: a reference, a person or an event.';
comment on column admission.pending_key.region is 'Region code.';
comment on column admission.pending_key.key is 'Kind and opaque token.';
comment on column admission.pending_key.source is 'Source of the pending event.';
comment on column admission.pending_key.event_id is 'Id of the pending event.';

create table admission.review_entry (
  id uuid primary key,
  region text not null,
  kind text not null check (kind in ('references_disagree', 'persons_disagree', 'same_name',
    'numbers_disagree', 'pending_expired')),
  source text not null,
  event_id text not null,
  household_ids text[] not null,
  pids text[] not null,
  known_at timestamptz not null,
  state text not null default 'open' check (state in ('open', 'confirmed', 'refused'))
);
comment on table admission.review_entry is 'Doubts that only a person may settle; nothing is linked on them.';
comment on column admission.review_entry.id is 'UUIDv5 of region, source, event and kind.';
comment on column admission.review_entry.region is 'Region code.';
comment on column admission.review_entry.kind is 'What is doubted.';
comment on column admission.review_entry.source is 'Source of the event that raised it.';
comment on column admission.review_entry.event_id is 'Id of the event that raised it.';
comment on column admission.review_entry.household_ids is 'Households it is between, the chosen one first.';
comment on column admission.review_entry.pids is 'Persons it is between.';
comment on column admission.review_entry.known_at is 'The region''s clock when it was raised.';
comment on column admission.review_entry.state is 'open until a person has confirmed or refused it.';
create index review_entry_open on admission.review_entry (region, known_at) where state = 'open';

create table admission.sighting (
  region text not null,
  pid text not null,
  household_id text not null,
  role text not null,
  order_id text,
  seen_on date not null,
  source text not null,
  event_id text not null,
  position bigint not null,
  is_void boolean not null default false,
  primary key (region, pid, household_id, position)
);
comment on table admission.sighting is 'Persons seen as perpetrator or sent from home; told to their other households.';
comment on column admission.sighting.region is 'Region code.';
comment on column admission.sighting.pid is 'Person token.';
comment on column admission.sighting.household_id is 'Household where it was.';
comment on column admission.sighting.role is 'Role in the event.';
comment on column admission.sighting.order_id is 'Number of the order that sent the person from home; null for a signal.';
comment on column admission.sighting.seen_on is 'Day of the signal, or on which the order was imposed.';
comment on column admission.sighting.source is 'Source of the event.';
comment on column admission.sighting.event_id is 'Id of the event.';
comment on column admission.sighting.position is 'Journal position of the event.';
comment on column admission.sighting.is_void is 'Whether a correction has taken the event away.';
create index sighting_position on admission.sighting (region, position);
