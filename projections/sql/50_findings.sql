create table projections.finding (
  region text not null,
  household_id text not null,
  finding_id uuid not null,
  position bigint not null,
  rule_id text not null,
  rule_version int not null,
  rule_label text not null,
  subject text not null,
  level text not null,
  status text not null,
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
) with (fillfactor = 70);
comment on table projections.finding is 'Each finding as the finding log leaves it now.';
comment on column projections.finding.region is 'Region code.';
comment on column projections.finding.household_id is 'Token of the household.';
comment on column projections.finding.finding_id is 'Id of the finding.';
comment on column projections.finding.position is 'Last row of the finding log about it.';
comment on column projections.finding.rule_id is 'Rule, R01 and on.';
comment on column projections.finding.rule_version is 'Version of the rule at the last trigger.';
comment on column projections.finding.rule_label is 'Dutch name of the rule.';
comment on column projections.finding.subject is 'What of the household it is about; empty for the household itself.';
comment on column projections.finding.level is 'INFO, ATTENTION, HIGH or CRITICAL; never falls while it is open.';
comment on column projections.finding.status is 'OPEN, ACKNOWLEDGED, DISMISSED, EXPIRED or WITHDRAWN.';
comment on column projections.finding.sentence is 'Dutch explanation of the last trigger.';
comment on column projections.finding.raised_known_at is 'When the region knew what raised it.';
comment on column projections.finding.triggered_at is 'Instant of the last trigger.';
comment on column projections.finding.renewals is 'How often it was triggered again while open.';
comment on column projections.finding.evidence is 'Source and id of the events that it rests on.';
comment on column projections.finding.parameters is 'Parameters of the rule at the last trigger.';
comment on column projections.finding.late is 'Whether the last trigger was an event that came in late.';
comment on column projections.finding.reason_code is 'Why it was dismissed or withdrawn, as a code.';
comment on column projections.finding.journal_position is 'Journal row of the last change.';
create index finding_household on projections.finding (region, household_id);
create index finding_open on projections.finding (region, household_id)
  where status in ('OPEN', 'ACKNOWLEDGED');
