-- What changed about units between two positions: versions of their facts that opened or closed.
-- `day` is the fact's own day, where a statement of another day says nothing of a period.
-- A version that never stood (closed where it opened) changed nothing.

-- name: advices
select f.source || '|' || f.event_id as unit, null::date as day, f.position_from, f.position_to
from projections.advice_facts as f
where f.region = %(region)s and f.source || '|' || f.event_id = any(%(units)s::text[])
  and (f.position_to is null or f.position_to > f.position_from)
  and (f.position_from > %(after)s and f.position_from <= %(until)s
    or f.position_to > %(after)s and f.position_to <= %(until)s);

-- name: reports
select f.report_id as unit, null::date as day, f.position_from, f.position_to
from projections.report_facts as f
where f.region = %(region)s and f.report_id = any(%(units)s::text[])
  and (f.position_to is null or f.position_to > f.position_from)
  and (f.position_from > %(after)s and f.position_from <= %(until)s
    or f.position_to > %(after)s and f.position_to <= %(until)s);

-- name: reports_of_cases
select f.case_id as unit, null::date as day, f.position_from, f.position_to
from projections.report_facts as f
where f.region = %(region)s and f.case_id = any(%(units)s::text[])
  and (f.position_to is null or f.position_to > f.position_from)
  and (f.position_from > %(after)s and f.position_from <= %(until)s
    or f.position_to > %(after)s and f.position_to <= %(until)s);

-- name: reports_of_services
select distinct s.service_id as unit, null::date as day, f.position_from, f.position_to
from projections.report_facts as f
join projections.service_facts as s on s.region = f.region and s.report_id = f.report_id
where f.region = %(region)s and s.service_id = any(%(units)s::text[])
  and (f.position_to is null or f.position_to > f.position_from)
  and (f.position_from > %(after)s and f.position_from <= %(until)s
    or f.position_to > %(after)s and f.position_to <= %(until)s);

-- name: reports_of_moments
select distinct m.case_id || '|' || m.moment_no as unit, null::date as day, f.position_from, f.position_to
from projections.report_facts as f
join projections.monitoring_facts as m on m.region = f.region and m.case_id = f.case_id
where f.region = %(region)s and m.case_id || '|' || m.moment_no = any(%(units)s::text[])
  and (f.position_to is null or f.position_to > f.position_from)
  and (f.position_from > %(after)s and f.position_from <= %(until)s
    or f.position_to > %(after)s and f.position_to <= %(until)s);

-- name: reports_of_persons
select distinct u.unit as unit, null::date as day, f.position_from, f.position_to
from projections.report_facts as f
join unnest(%(units)s::text[]) as u (unit) on regexp_replace(u.unit, '\|[^|]*$', '') = f.report_id
where f.region = %(region)s
  and (f.position_to is null or f.position_to > f.position_from)
  and (f.position_from > %(after)s and f.position_from <= %(until)s
    or f.position_to > %(after)s and f.position_to <= %(until)s);

-- name: assessments
select f.report_id as unit, f.completed_on as day, f.position_from, f.position_to
from projections.assessment_facts as f
where f.region = %(region)s and f.report_id = any(%(units)s::text[])
  and (f.position_to is null or f.position_to > f.position_from)
  and (f.position_from > %(after)s and f.position_from <= %(until)s
    or f.position_to > %(after)s and f.position_to <= %(until)s);

-- name: services
select f.service_id as unit, f.status_on as day, f.position_from, f.position_to
from projections.service_facts as f
where f.region = %(region)s and f.service_id = any(%(units)s::text[])
  and (f.position_to is null or f.position_to > f.position_from)
  and (f.position_from > %(after)s and f.position_from <= %(until)s
    or f.position_to > %(after)s and f.position_to <= %(until)s);

-- name: orders
select f.order_id as unit, f.status_on as day, f.position_from, f.position_to
from projections.restraining_order_facts as f
where f.region = %(region)s and f.order_id = any(%(units)s::text[])
  and (f.position_to is null or f.position_to > f.position_from)
  and (f.position_from > %(after)s and f.position_from <= %(until)s
    or f.position_to > %(after)s and f.position_to <= %(until)s);

-- name: mda
select f.mda_id as unit, f.status_on as day, f.position_from, f.position_to
from projections.mda_facts as f
where f.region = %(region)s and f.mda_id = any(%(units)s::text[])
  and (f.position_to is null or f.position_to > f.position_from)
  and (f.position_from > %(after)s and f.position_from <= %(until)s
    or f.position_to > %(after)s and f.position_to <= %(until)s);

-- name: cases
select f.case_id as unit, f.status_on as day, f.position_from, f.position_to
from projections.case_status_facts as f
where f.region = %(region)s and f.case_id = any(%(units)s::text[])
  and (f.position_to is null or f.position_to > f.position_from)
  and (f.position_from > %(after)s and f.position_from <= %(until)s
    or f.position_to > %(after)s and f.position_to <= %(until)s);

-- name: moments
select f.case_id || '|' || f.moment_no as unit, null::date as day, f.position_from, f.position_to
from projections.monitoring_facts as f
where f.region = %(region)s and f.case_id || '|' || f.moment_no = any(%(units)s::text[])
  and (f.position_to is null or f.position_to > f.position_from)
  and (f.position_from > %(after)s and f.position_from <= %(until)s
    or f.position_to > %(after)s and f.position_to <= %(until)s);

-- name: told
select f.report_id as unit, null::date as day, f.position_from, f.position_to
from projections.information_duty_facts as f
where f.region = %(region)s and f.report_id = any(%(units)s::text[])
  and (f.position_to is null or f.position_to > f.position_from)
  and (f.position_from > %(after)s and f.position_from <= %(until)s
    or f.position_to > %(after)s and f.position_to <= %(until)s);

-- name: persons_told
select f.report_id || '|' || coalesce(f.person, '') as unit, null::date as day, f.position_from, f.position_to
from projections.information_duty_facts as f
where f.region = %(region)s and f.report_id || '|' || coalesce(f.person, '') = any(%(units)s::text[])
  and (f.position_to is null or f.position_to > f.position_from)
  and (f.position_from > %(after)s and f.position_from <= %(until)s
    or f.position_to > %(after)s and f.position_to <= %(until)s);

-- name: journal_rows
-- The rows at these positions, with what they correct and whether they replace something.
select j.position, j.source, j.event_id, j.record_name, j.known_at, c.kind, t.record_name as target,
  exists (
    select from projections.correction as p
    where p.region = j.region and p.source = j.source and p.replacement_event_id = j.event_id
  ) as replaces
from engine.journal as j
left join projections.correction as c
  on c.region = j.region and c.source = j.source and c.event_id = j.event_id
left join projections.event as t
  on t.region = c.region and t.source = c.source and t.event_id = c.target_event_id
where j.region = %(region)s and j.position = any(%(positions)s::bigint[]);

-- name: advice_rows
select j.position, j.source, j.event_id, j.record_name, j.known_at, c.kind, t.record_name as target,
  exists (
    select from projections.advice_correction as p
    where p.region = j.region and p.source = j.source and p.replacement_event_id = j.event_id
  ) as replaces
from engine.advice as j
left join projections.advice_correction as c
  on c.region = j.region and c.source = j.source and c.event_id = j.event_id
left join projections.advice_event as t
  on t.region = c.region and t.source = c.source and t.event_id = c.target_event_id
where j.region = %(region)s and j.position = any(%(positions)s::bigint[]);
