-- What may be delivered to CBS about a half-year, as known at a cutoff. Read through views without
-- persons and households, one kind of fact at a time: query/cbs puts them together by number, so
-- that the time it takes grows with the facts, whatever the planner knows of their tables.

-- name: advices
select f.source || '|' || f.event_id as id, f.given_on, f.reasons, f.nature, f.seeker_role
from projections.advice_facts as f
where f.region = %(region)s and f.given_on between %(first)s and %(last)s
  and f.known_from < %(cutoff)s::timestamptz and f.known_to >= %(cutoff)s::timestamptz;

-- name: reports
select f.report_id, f.case_id, f.received_on, f.reasons, f.nature, f.forms, f.reporter_role
from projections.report_facts as f
where f.region = %(region)s and f.received_on <= %(last)s
  and f.known_from < %(cutoff)s::timestamptz and f.known_to >= %(cutoff)s::timestamptz;

-- name: assessments
select f.report_id, f.completed_on, f.outcome
from projections.assessment_facts as f
where f.region = %(region)s
  and f.known_from < %(cutoff)s::timestamptz and f.known_to >= %(cutoff)s::timestamptz;

-- name: services
select f.service, f.service_id, max(f.report_id) as report_id, max(f.case_id) as case_id,
  min(f.status_on) filter (where f.status = 'REGISTERED') as registered_on,
  min(f.status_on) filter (where f.status = 'PICKED_UP') as picked_up_on,
  min(f.status_on) filter (where f.status in ('COMPLETED', 'ABORTED')) as ended_on
from projections.service_facts as f
where f.region = %(region)s and f.service in ('CONDITIONS_AND_FOLLOW_UP', 'INVESTIGATION')
  and f.known_from < %(cutoff)s::timestamptz and f.known_to >= %(cutoff)s::timestamptz
group by f.service, f.service_id
order by registered_on nulls last, f.service_id;

-- name: investigations
-- Ended in the half-year; ended twice in it: the last statement by position counts, as in S21.
select distinct on (f.service_id) f.service_id, f.status_on, f.result_codes,
  bool_or(f.status = 'COMPLETED') over (partition by f.service_id) as is_completed
from projections.service_facts as f
where f.region = %(region)s and f.service = 'INVESTIGATION'
  and f.status in ('COMPLETED', 'ABORTED') and f.status_on between %(first)s and %(last)s
  and f.known_from < %(cutoff)s::timestamptz and f.known_to >= %(cutoff)s::timestamptz
order by f.service_id, f.position desc;

-- name: handovers
select f.case_id, f.sent_on, f.to_kind, f.codes
from projections.handover_facts as f
where f.region = %(region)s
  and f.known_from < %(cutoff)s::timestamptz and f.known_to >= %(cutoff)s::timestamptz
order by f.case_id, f.sent_on, f.handover_id;

-- name: closures
select f.case_id, f.status_on
from projections.case_status_facts as f
where f.region = %(region)s and f.status = 'CLOSED'
  and f.known_from < %(cutoff)s::timestamptz and f.known_to >= %(cutoff)s::timestamptz
order by f.case_id, f.status_on;
