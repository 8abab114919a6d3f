-- What statistics look up by number. A report's or an assessment's chain is its report's number
-- (projections/facts), and is indexed already: the views say it is the number.

create index fact_service_number on projections.fact_service (region, service_id);
create index fact_information_duty_report on projections.fact_information_duty (region, report_id);

create or replace view projections.report_facts as
select region, source, event_id, chain as report_id, case_id, received_on, reporter_sector,
  reporter_role, municipality, nature, forms, children_involved, repeat_kind, acute, reasons,
  position_from, position_to, known_from, known_to, assessment_due_on, service_due_on
from projections.fact_report;

create or replace view projections.assessment_facts as
select region, source, event_id, chain as report_id, case_id, completed_on, outcome, acute_unsafe,
  structurally_unsafe, multi_problem, sources_used, life_domains,
  position_from, position_to, known_from, known_to
from projections.fact_assessment;
