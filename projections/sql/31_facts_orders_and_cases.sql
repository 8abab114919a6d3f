-- Bitemporal facts: own dates x log positions. A figure as known on K reads the rows with
-- known_from < end of K and known_to >= end of K, and nothing else.

create table projections.fact_restraining_order (
  region text not null,
  chain text not null,
  position bigint not null,
  source text not null,
  event_id text not null,
  event_known_at timestamptz not null,
  household_id text,
  order_id text not null,
  status text not null,
  status_at timestamptz not null,
  status_on date not null,
  ends_at timestamptz,
  because_of_child_abuse boolean not null,
  municipality text not null,
  position_from bigint not null,
  position_to bigint,
  known_from timestamptz not null,
  known_to timestamptz not null,
  primary key (region, position, position_from)
);
comment on table projections.fact_restraining_order is 'Statuses of temporary restraining orders.';
comment on column projections.fact_restraining_order.region is 'Region code.';
comment on column projections.fact_restraining_order.chain is 'What a newer statement replaces; source and id where nothing does.';
comment on column projections.fact_restraining_order.position is 'Log position of the event that states the fact.';
comment on column projections.fact_restraining_order.source is 'Source of that event.';
comment on column projections.fact_restraining_order.event_id is 'Id of that event within its source.';
comment on column projections.fact_restraining_order.event_known_at is 'When the region knew that event.';
comment on column projections.fact_restraining_order.household_id is 'Token of the household of the event.';
comment on column projections.fact_restraining_order.order_id is 'Number of the order.';
comment on column projections.fact_restraining_order.status is 'IMPOSED counts as an order.';
comment on column projections.fact_restraining_order.status_at is 'Instant of the status.';
comment on column projections.fact_restraining_order.status_on is 'Its day in Europe/Amsterdam.';
comment on column projections.fact_restraining_order.ends_at is 'Instant at which the order ends.';
comment on column projections.fact_restraining_order.because_of_child_abuse is 'Whether child abuse is the ground.';
comment on column projections.fact_restraining_order.municipality is 'CBS code of the address.';
comment on column projections.fact_restraining_order.position_from is 'First position from which the statement stood.';
comment on column projections.fact_restraining_order.position_to is 'Position that closed it; null while it stands.';
comment on column projections.fact_restraining_order.known_from is 'When the region knew position_from.';
comment on column projections.fact_restraining_order.known_to is 'When the region knew position_to; infinity while it stands. Known at K: known_from < end of K and known_to >= end of K.';
create index fact_restraining_order_chain on projections.fact_restraining_order (region, chain);
create index fact_restraining_order_day on projections.fact_restraining_order (region, status_on);

create table projections.fact_monitoring_moment (
  region text not null,
  chain text not null,
  position bigint not null,
  source text not null,
  event_id text not null,
  event_known_at timestamptz not null,
  household_id text,
  case_id text not null,
  moment_no int not null,
  planned_on date not null,
  status text not null,
  held_on date,
  safe_enough boolean,
  position_from bigint not null,
  position_to bigint,
  known_from timestamptz not null,
  known_to timestamptz not null,
  primary key (region, position, position_from)
);
comment on table projections.fact_monitoring_moment is 'Monitoring moments, by case and number.';
comment on column projections.fact_monitoring_moment.region is 'Region code.';
comment on column projections.fact_monitoring_moment.chain is 'What a newer statement replaces; source and id where nothing does.';
comment on column projections.fact_monitoring_moment.position is 'Log position of the event that states the fact.';
comment on column projections.fact_monitoring_moment.source is 'Source of that event.';
comment on column projections.fact_monitoring_moment.event_id is 'Id of that event within its source.';
comment on column projections.fact_monitoring_moment.event_known_at is 'When the region knew that event.';
comment on column projections.fact_monitoring_moment.household_id is 'Token of the household of the event.';
comment on column projections.fact_monitoring_moment.case_id is 'Case number.';
comment on column projections.fact_monitoring_moment.moment_no is 'First, second, … moment of the case.';
comment on column projections.fact_monitoring_moment.planned_on is 'Day planned.';
comment on column projections.fact_monitoring_moment.status is 'PLANNED, HELD, MISSED or CANCELLED.';
comment on column projections.fact_monitoring_moment.held_on is 'Day held.';
comment on column projections.fact_monitoring_moment.safe_enough is 'Whether it was safe enough; null is not registered.';
comment on column projections.fact_monitoring_moment.position_from is 'First position from which the statement stood.';
comment on column projections.fact_monitoring_moment.position_to is 'Position that closed it; null while it stands.';
comment on column projections.fact_monitoring_moment.known_from is 'When the region knew position_from.';
comment on column projections.fact_monitoring_moment.known_to is 'When the region knew position_to; infinity while it stands. Known at K: known_from < end of K and known_to >= end of K.';
create index fact_monitoring_moment_chain on projections.fact_monitoring_moment (region, chain);
create index fact_monitoring_moment_day on projections.fact_monitoring_moment (region, planned_on);

create table projections.fact_mda_registration (
  region text not null,
  chain text not null,
  position bigint not null,
  source text not null,
  event_id text not null,
  event_known_at timestamptz not null,
  household_id text,
  mda_id text not null,
  status text not null,
  status_on date not null,
  municipality text,
  life_domains text[] not null,
  position_from bigint not null,
  position_to bigint,
  known_from timestamptz not null,
  known_to timestamptz not null,
  primary key (region, position, position_from)
);
comment on table projections.fact_mda_registration is 'Statuses of MDA++ registrations.';
comment on column projections.fact_mda_registration.region is 'Region code.';
comment on column projections.fact_mda_registration.chain is 'What a newer statement replaces; source and id where nothing does.';
comment on column projections.fact_mda_registration.position is 'Log position of the event that states the fact.';
comment on column projections.fact_mda_registration.source is 'Source of that event.';
comment on column projections.fact_mda_registration.event_id is 'Id of that event within its source.';
comment on column projections.fact_mda_registration.event_known_at is 'When the region knew that event.';
comment on column projections.fact_mda_registration.household_id is 'Token of the household of the event.';
comment on column projections.fact_mda_registration.mda_id is 'Number of the secretariat.';
comment on column projections.fact_mda_registration.status is 'Status.';
comment on column projections.fact_mda_registration.status_on is 'Day of the status.';
comment on column projections.fact_mda_registration.municipality is 'CBS code of the municipality.';
comment on column projections.fact_mda_registration.life_domains is 'Life domains concerned, codes 01 to 12.';
comment on column projections.fact_mda_registration.position_from is 'First position from which the statement stood.';
comment on column projections.fact_mda_registration.position_to is 'Position that closed it; null while it stands.';
comment on column projections.fact_mda_registration.known_from is 'When the region knew position_from.';
comment on column projections.fact_mda_registration.known_to is 'When the region knew position_to; infinity while it stands. Known at K: known_from < end of K and known_to >= end of K.';
create index fact_mda_registration_chain on projections.fact_mda_registration (region, chain);
create index fact_mda_registration_day on projections.fact_mda_registration (region, status_on);

create table projections.fact_case_status (
  region text not null,
  chain text not null,
  position bigint not null,
  source text not null,
  event_id text not null,
  event_known_at timestamptz not null,
  household_id text,
  case_id text not null,
  status text not null,
  status_on date not null,
  reason_code text,
  position_from bigint not null,
  position_to bigint,
  known_from timestamptz not null,
  known_to timestamptz not null,
  primary key (region, position, position_from)
);
comment on table projections.fact_case_status is 'Opening, monitoring period and closing of cases.';
comment on column projections.fact_case_status.region is 'Region code.';
comment on column projections.fact_case_status.chain is 'What a newer statement replaces; source and id where nothing does.';
comment on column projections.fact_case_status.position is 'Log position of the event that states the fact.';
comment on column projections.fact_case_status.source is 'Source of that event.';
comment on column projections.fact_case_status.event_id is 'Id of that event within its source.';
comment on column projections.fact_case_status.event_known_at is 'When the region knew that event.';
comment on column projections.fact_case_status.household_id is 'Token of the household of the event.';
comment on column projections.fact_case_status.case_id is 'Case number.';
comment on column projections.fact_case_status.status is 'OPENED, MONITORING_STARTED, MONITORING_ENDED, CLOSED or REOPENED.';
comment on column projections.fact_case_status.status_on is 'Day of the status.';
comment on column projections.fact_case_status.reason_code is 'Reason, as a code.';
comment on column projections.fact_case_status.position_from is 'First position from which the statement stood.';
comment on column projections.fact_case_status.position_to is 'Position that closed it; null while it stands.';
comment on column projections.fact_case_status.known_from is 'When the region knew position_from.';
comment on column projections.fact_case_status.known_to is 'When the region knew position_to; infinity while it stands. Known at K: known_from < end of K and known_to >= end of K.';
create index fact_case_status_chain on projections.fact_case_status (region, chain);
create index fact_case_status_day on projections.fact_case_status (region, status_on);

create table projections.fact_information_duty (
  region text not null,
  chain text not null,
  position bigint not null,
  source text not null,
  event_id text not null,
  event_known_at timestamptz not null,
  household_id text,
  case_id text not null,
  report_id text,
  party text not null,
  pid text,
  content text not null,
  informed_on date,
  postponed_until date,
  position_from bigint not null,
  position_to bigint,
  known_from timestamptz not null,
  known_to timestamptz not null,
  primary key (region, position, position_from)
);
comment on table projections.fact_information_duty is 'Who was told what and when.';
comment on column projections.fact_information_duty.region is 'Region code.';
comment on column projections.fact_information_duty.chain is 'What a newer statement replaces; source and id where nothing does.';
comment on column projections.fact_information_duty.position is 'Log position of the event that states the fact.';
comment on column projections.fact_information_duty.source is 'Source of that event.';
comment on column projections.fact_information_duty.event_id is 'Id of that event within its source.';
comment on column projections.fact_information_duty.event_known_at is 'When the region knew that event.';
comment on column projections.fact_information_duty.household_id is 'Token of the household of the event.';
comment on column projections.fact_information_duty.case_id is 'Case number.';
comment on column projections.fact_information_duty.report_id is 'Report concerned.';
comment on column projections.fact_information_duty.party is 'REPORTER, SUBJECT or PARENT_OF_SUBJECT.';
comment on column projections.fact_information_duty.pid is 'Token of the person told; null for a reporter.';
comment on column projections.fact_information_duty.content is 'What was told.';
comment on column projections.fact_information_duty.informed_on is 'Day of telling; null while postponed.';
comment on column projections.fact_information_duty.postponed_until is 'Day until which telling is postponed.';
comment on column projections.fact_information_duty.position_from is 'First position from which the statement stood.';
comment on column projections.fact_information_duty.position_to is 'Position that closed it; null while it stands.';
comment on column projections.fact_information_duty.known_from is 'When the region knew position_from.';
comment on column projections.fact_information_duty.known_to is 'When the region knew position_to; infinity while it stands. Known at K: known_from < end of K and known_to >= end of K.';
create index fact_information_duty_chain on projections.fact_information_duty (region, chain);
create index fact_information_duty_day on projections.fact_information_duty (region, informed_on);
