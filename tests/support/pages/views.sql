-- Tables in the form of the views that the pages read: what stands on a page can be chosen freely.
drop view projections.region_view, projections.household_view, projections.timeline_view,
  projections.finding_view, projections.radar_list_view, projections.parked_view,
  projections.household_journal_view, projections.review_view, projections.membership_view,
  projections.named_view, projections.numbered_person_view, projections.residence_view cascade;

create table projections.region_view (
  region text primary key,
  name text not null,
  clock_mode text not null,
  now timestamptz not null,
  day date,
  journal_position bigint not null,
  projected_position bigint not null,
  projected_at timestamptz
);

create table projections.household_view (
  region text not null,
  household_id text not null,
  founded_at timestamptz not null,
  last_signal_at timestamptz,
  events int not null,
  persons int not null,
  municipality text,
  merged_into text,
  primary key (region, household_id)
);

create table projections.parked_view (
  region text not null,
  household_id text not null
);

create table projections.timeline_view (
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
  is_signal boolean not null,
  details jsonb not null,
  flags text[] not null,
  voided_by text,
  primary key (region, household_id, position)
);

create table projections.finding_view (
  region text not null,
  household_id text not null,
  finding_id uuid not null,
  rule_id text not null,
  rule_version int not null,
  rule_label text not null,
  subject text not null,
  level text not null,
  status text not null,
  is_open boolean not null,
  sentence text not null,
  raised_known_at timestamptz not null,
  triggered_at timestamptz not null,
  renewals int not null,
  evidence jsonb not null,
  parameters jsonb not null,
  late boolean not null,
  reason_code text,
  journal_position bigint not null,
  primary key (region, finding_id)
);

create table projections.radar_list_view (
  region text not null,
  household_id text not null,
  highest_level text not null,
  level_rank int not null,
  open_findings int not null,
  rule_ids text[] not null,
  sentence text not null,
  last_signal_at timestamptz,
  municipality text,
  primary key (region, household_id)
);

create table projections.household_journal_view (
  region text not null,
  position bigint not null,
  known_at timestamptz not null,
  record_name text not null,
  households text[] not null,
  body bytea not null,
  primary key (region, position)
);

create table projections.review_view (
  region text not null,
  id uuid primary key,
  kind text not null,
  known_at timestamptz not null,
  household_ids text[] not null,
  pids text[] not null
);

create table projections.membership_view (
  region text not null,
  household_id text not null,
  pid text not null,
  role text not null,
  valid_from date not null
);

create table projections.named_view (
  region text not null,
  position bigint not null,
  pid text not null
);

create table projections.numbered_person_view (
  region text not null,
  pid text not null
);

create table projections.residence_view (
  region text not null,
  address text not null,
  household_id text not null,
  lives_from date not null,
  lives_until date
);
