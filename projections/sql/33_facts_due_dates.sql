-- Due dates are counted by streams.household.terms and stored with the fact: no SQL counts working
-- days. Facts that were written before have none until they are rebuilt (radar rebuild facts).

create table projections.calendar (
  region text not null,
  position bigint not null,
  extra_days date[] not null,
  primary key (region, position)
);
comment on table projections.calendar is 'Days that a region takes off beside those of the law, per RulesActivated row of its journal.';
comment on column projections.calendar.region is 'Region code.';
comment on column projections.calendar.position is 'Journal position of the row; in force for the rows after it.';
comment on column projections.calendar.extra_days is 'Extra days on which nobody works, sorted.';

alter table projections.fact_report
  add column assessment_due_on date,
  add column service_due_on date;
comment on column projections.fact_report.assessment_due_on is 'D1: last day for the safety assessment, five working days after receipt.';
comment on column projections.fact_report.service_due_on is 'D4: last day of a service by law, ten weeks after D1.';

alter table projections.fact_service add column decision_due_on date;
comment on column projections.fact_service.decision_due_on is 'D5: last day of an investigation, ten weeks after it was decided; on its REGISTERED row only.';
