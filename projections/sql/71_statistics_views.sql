-- What statistics read: facts without household or chain, so that no figure can lead to a family.

create view projections.report_facts as
select region, source, event_id, report_id, case_id, received_on, reporter_sector, reporter_role,
  municipality, nature, forms, children_involved, repeat_kind, acute, reasons,
  position_from, position_to, known_from, known_to
from projections.fact_report;
comment on view projections.report_facts is 'Reports, for statistics.';

create view projections.assessment_facts as
select region, source, event_id, report_id, case_id, completed_on, outcome, acute_unsafe,
  structurally_unsafe, multi_problem, sources_used, life_domains,
  position_from, position_to, known_from, known_to
from projections.fact_assessment;
comment on view projections.assessment_facts is 'Safety assessments, for statistics.';

create view projections.service_facts as
select region, source, event_id, service_id, case_id, report_id, service, status, status_on,
  result_codes, position_from, position_to, known_from, known_to
from projections.fact_service;
comment on view projections.service_facts is 'Statuses of services, for statistics.';

create view projections.advice_facts as
select region, source, event_id, given_on, channel, seeker_sector, seeker_role, from_school,
  municipality, nature, anonymous, reasons, position_from, position_to, known_from, known_to
from projections.fact_advice;
comment on view projections.advice_facts is 'Advice, for statistics.';
