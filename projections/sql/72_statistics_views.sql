-- More of what statistics read; see 71_statistics_views.sql.

create or replace view projections.report_facts as
select region, source, event_id, report_id, case_id, received_on, reporter_sector, reporter_role,
  municipality, nature, forms, children_involved, repeat_kind, acute, reasons,
  position_from, position_to, known_from, known_to, assessment_due_on, service_due_on
from projections.fact_report;

create or replace view projections.service_facts as
select region, source, event_id, service_id, case_id, report_id, service, status, status_on,
  result_codes, position_from, position_to, known_from, known_to, decision_due_on, position
from projections.fact_service;

create view projections.handover_facts as
select region, source, event_id, handover_id, case_id, to_kind, sent_on, feedback_due_on, codes,
  position_from, position_to, known_from, known_to
from projections.fact_handover;
comment on view projections.handover_facts is 'Handovers for statistics.';

create view projections.restraining_order_facts as
select region, source, event_id, order_id, status, status_on, because_of_child_abuse, municipality,
  position_from, position_to, known_from, known_to
from projections.fact_restraining_order;
comment on view projections.restraining_order_facts is 'Statuses of restraining orders for statistics.';

create view projections.mda_facts as
select region, source, event_id, mda_id, status, status_on, municipality,
  position_from, position_to, known_from, known_to
from projections.fact_mda_registration;
comment on view projections.mda_facts is 'Statuses of MDA++ registrations for statistics.';

create view projections.case_status_facts as
select region, source, event_id, case_id, status, status_on,
  position_from, position_to, known_from, known_to, position
from projections.fact_case_status;
comment on view projections.case_status_facts is 'Statuses of cases for statistics.';

create view projections.monitoring_facts as
select region, source, event_id, case_id, moment_no, status, held_on,
  position_from, position_to, known_from, known_to
from projections.fact_monitoring_moment;
comment on view projections.monitoring_facts is 'Monitoring moments for statistics.';

-- A person is a number within the party's case here: the token itself counts nothing.
create view projections.information_duty_facts as
select region, source, event_id, case_id, report_id, party, md5(pid) as person, informed_on,
  postponed_until, position_from, position_to, known_from, known_to
from projections.fact_information_duty;
comment on view projections.information_duty_facts is 'Who was told what and when, for statistics; persons as a hash of their token.';
