-- What the finding log said of each finding, one row per row of the log: who asks for a figure as it
-- was known needs the steps, not only where they led. Empty for findings of before until they are
-- rebuilt (radar rebuild findings).

create table projections.finding_step (
  region text not null,
  position bigint not null,
  finding_id uuid not null,
  household_id text not null,
  rule_id text not null,
  kind text not null,
  level text not null,
  known_at timestamptz not null,
  known_on date not null,
  primary key (region, position)
);
create index finding_step_day on projections.finding_step (region, known_on);
create index finding_step_finding on projections.finding_step (region, finding_id, position);
comment on table projections.finding_step is 'Each step in the life of each finding.';
comment on column projections.finding_step.region is 'Region code.';
comment on column projections.finding_step.position is 'Row of the finding log.';
comment on column projections.finding_step.finding_id is 'Id of the finding.';
comment on column projections.finding_step.household_id is 'Token of the household.';
comment on column projections.finding_step.rule_id is 'Rule, R01 and on.';
comment on column projections.finding_step.kind is 'RAISED, RENEWED, ACKNOWLEDGED, DISMISSED, EXPIRED or WITHDRAWN.';
comment on column projections.finding_step.level is 'Level of the finding after the step.';
comment on column projections.finding_step.known_at is 'When the region knew what made the step.';
comment on column projections.finding_step.known_on is 'Day of that in Europe/Amsterdam.';
