-- Bitemporal facts: own dates x log positions. A figure as known on K reads the rows with
-- known_from < end of K and known_to >= end of K, and nothing else.

create table projections.fact_report (
  region text not null,
  chain text not null,
  position bigint not null,
  source text not null,
  event_id text not null,
  event_known_at timestamptz not null,
  household_id text,
  report_id text not null,
  case_id text not null,
  received_on date not null,
  reporter_sector text not null,
  reporter_role text,
  municipality text,
  nature text[] not null,
  forms text[] not null,
  children_involved boolean,
  repeat_kind text not null,
  acute boolean not null,
  reasons text[] not null,
  position_from bigint not null,
  position_to bigint,
  known_from timestamptz not null,
  known_to timestamptz not null,
  primary key (region, position, position_from)
);
comment on table projections.fact_report is 'Reports as the case system counts them, by report.';
comment on column projections.fact_report.region is 'Region code.';
comment on column projections.fact_report.chain is 'What a newer statement replaces; source and id where nothing does.';
comment on column projections.fact_report.position is 'Log position of the event that states the fact.';
comment on column projections.fact_report.source is 'Source of that event.';
comment on column projections.fact_report.event_id is 'Id of that event within its source.';
comment on column projections.fact_report.event_known_at is 'When the region knew that event.';
comment on column projections.fact_report.household_id is 'Token of the household of the event.';
comment on column projections.fact_report.report_id is 'Report number of the case system.';
comment on column projections.fact_report.case_id is 'Case number.';
comment on column projections.fact_report.received_on is 'Day of receipt: day 0 of every term.';
comment on column projections.fact_report.reporter_sector is 'Sector of the reporter.';
comment on column projections.fact_report.reporter_role is 'Role of the reporter, code list ip2015_role.';
comment on column projections.fact_report.municipality is 'CBS code of the households municipality at receipt.';
comment on column projections.fact_report.nature is 'Natures; empty or only UNKNOWN is not registered.';
comment on column projections.fact_report.forms is 'Forms; empty or only UNKNOWN is not registered.';
comment on column projections.fact_report.children_involved is 'Whether children are involved; null is not registered.';
comment on column projections.fact_report.repeat_kind is 'Earlier involvement, in the words of CBS table 85361NED.';
comment on column projections.fact_report.acute is 'Whether it was taken as acute.';
comment on column projections.fact_report.reasons is 'Reasons for contact, code list ip2015_reason.';
comment on column projections.fact_report.position_from is 'First position from which the statement stood.';
comment on column projections.fact_report.position_to is 'Position that closed it; null while it stands.';
comment on column projections.fact_report.known_from is 'When the region knew position_from.';
comment on column projections.fact_report.known_to is 'When the region knew position_to; infinity while it stands. Known at K: known_from < end of K and known_to >= end of K.';
create index fact_report_chain on projections.fact_report (region, chain);
create index fact_report_day on projections.fact_report (region, received_on);

create table projections.fact_assessment (
  region text not null,
  chain text not null,
  position bigint not null,
  source text not null,
  event_id text not null,
  event_known_at timestamptz not null,
  household_id text,
  report_id text not null,
  case_id text not null,
  completed_on date not null,
  outcome text not null,
  acute_unsafe boolean,
  structurally_unsafe boolean,
  multi_problem boolean,
  sources_used text[] not null,
  life_domains text[] not null,
  position_from bigint not null,
  position_to bigint,
  known_from timestamptz not null,
  known_to timestamptz not null,
  primary key (region, position, position_from)
);
comment on table projections.fact_assessment is 'Safety assessments, by report.';
comment on column projections.fact_assessment.region is 'Region code.';
comment on column projections.fact_assessment.chain is 'What a newer statement replaces; source and id where nothing does.';
comment on column projections.fact_assessment.position is 'Log position of the event that states the fact.';
comment on column projections.fact_assessment.source is 'Source of that event.';
comment on column projections.fact_assessment.event_id is 'Id of that event within its source.';
comment on column projections.fact_assessment.event_known_at is 'When the region knew that event.';
comment on column projections.fact_assessment.household_id is 'Token of the household of the event.';
comment on column projections.fact_assessment.report_id is 'Report assessed.';
comment on column projections.fact_assessment.case_id is 'Case number.';
comment on column projections.fact_assessment.completed_on is 'Day of the decision.';
comment on column projections.fact_assessment.outcome is 'What was decided.';
comment on column projections.fact_assessment.acute_unsafe is 'Acutely unsafe; null is not registered.';
comment on column projections.fact_assessment.structurally_unsafe is 'Structurally unsafe; null is not registered.';
comment on column projections.fact_assessment.multi_problem is 'Several problems at once; null is not registered.';
comment on column projections.fact_assessment.sources_used is 'Sources asked: A own reports, B other organisations, C child protection board.';
comment on column projections.fact_assessment.life_domains is 'Life domains concerned, codes 01 to 12.';
comment on column projections.fact_assessment.position_from is 'First position from which the statement stood.';
comment on column projections.fact_assessment.position_to is 'Position that closed it; null while it stands.';
comment on column projections.fact_assessment.known_from is 'When the region knew position_from.';
comment on column projections.fact_assessment.known_to is 'When the region knew position_to; infinity while it stands. Known at K: known_from < end of K and known_to >= end of K.';
create index fact_assessment_chain on projections.fact_assessment (region, chain);
create index fact_assessment_day on projections.fact_assessment (region, completed_on);

create table projections.fact_service (
  region text not null,
  chain text not null,
  position bigint not null,
  source text not null,
  event_id text not null,
  event_known_at timestamptz not null,
  household_id text,
  service_id text not null,
  case_id text not null,
  report_id text,
  service text not null,
  status text not null,
  status_on date not null,
  result_codes text[] not null,
  position_from bigint not null,
  position_to bigint,
  known_from timestamptz not null,
  known_to timestamptz not null,
  primary key (region, position, position_from)
);
comment on table projections.fact_service is 'Statuses of services (Voorwaarden & Vervolg, onderzoek).';
comment on column projections.fact_service.region is 'Region code.';
comment on column projections.fact_service.chain is 'What a newer statement replaces; source and id where nothing does.';
comment on column projections.fact_service.position is 'Log position of the event that states the fact.';
comment on column projections.fact_service.source is 'Source of that event.';
comment on column projections.fact_service.event_id is 'Id of that event within its source.';
comment on column projections.fact_service.event_known_at is 'When the region knew that event.';
comment on column projections.fact_service.household_id is 'Token of the household of the event.';
comment on column projections.fact_service.service_id is 'Service number.';
comment on column projections.fact_service.case_id is 'Case number.';
comment on column projections.fact_service.report_id is 'Report whose assessment chose the service.';
comment on column projections.fact_service.service is 'CONDITIONS_AND_FOLLOW_UP or INVESTIGATION.';
comment on column projections.fact_service.status is 'REGISTERED counts as started.';
comment on column projections.fact_service.status_on is 'Day of the status.';
comment on column projections.fact_service.result_codes is 'Results, code list ip2015_investigation_result.';
comment on column projections.fact_service.position_from is 'First position from which the statement stood.';
comment on column projections.fact_service.position_to is 'Position that closed it; null while it stands.';
comment on column projections.fact_service.known_from is 'When the region knew position_from.';
comment on column projections.fact_service.known_to is 'When the region knew position_to; infinity while it stands. Known at K: known_from < end of K and known_to >= end of K.';
create index fact_service_chain on projections.fact_service (region, chain);
create index fact_service_day on projections.fact_service (region, status_on);

create table projections.fact_handover (
  region text not null,
  chain text not null,
  position bigint not null,
  source text not null,
  event_id text not null,
  event_known_at timestamptz not null,
  household_id text,
  handover_id text not null,
  case_id text not null,
  to_kind text not null,
  sent_on date not null,
  safety_conditions boolean not null,
  feedback_due_on date,
  codes text[] not null,
  position_from bigint not null,
  position_to bigint,
  known_from timestamptz not null,
  known_to timestamptz not null,
  primary key (region, position, position_from)
);
comment on table projections.fact_handover is 'Handovers after an assessment or a service.';
comment on column projections.fact_handover.region is 'Region code.';
comment on column projections.fact_handover.chain is 'What a newer statement replaces; source and id where nothing does.';
comment on column projections.fact_handover.position is 'Log position of the event that states the fact.';
comment on column projections.fact_handover.source is 'Source of that event.';
comment on column projections.fact_handover.event_id is 'Id of that event within its source.';
comment on column projections.fact_handover.event_known_at is 'When the region knew that event.';
comment on column projections.fact_handover.household_id is 'Token of the household of the event.';
comment on column projections.fact_handover.handover_id is 'Handover number.';
comment on column projections.fact_handover.case_id is 'Case number.';
comment on column projections.fact_handover.to_kind is 'Kind of receiver.';
comment on column projections.fact_handover.sent_on is 'Day of the handover.';
comment on column projections.fact_handover.safety_conditions is 'Whether safety conditions went along.';
comment on column projections.fact_handover.feedback_due_on is 'Day on which feedback was asked for.';
comment on column projections.fact_handover.codes is 'Receivers, code list ip2015_handover.';
comment on column projections.fact_handover.position_from is 'First position from which the statement stood.';
comment on column projections.fact_handover.position_to is 'Position that closed it; null while it stands.';
comment on column projections.fact_handover.known_from is 'When the region knew position_from.';
comment on column projections.fact_handover.known_to is 'When the region knew position_to; infinity while it stands. Known at K: known_from < end of K and known_to >= end of K.';
create index fact_handover_chain on projections.fact_handover (region, chain);
create index fact_handover_day on projections.fact_handover (region, sent_on);
