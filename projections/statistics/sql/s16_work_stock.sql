-- name: open_assessments
-- Received on the day or before, and not assessed on the day or before; overdue: D1 before the day.
-- What was assessed before the first of the days is looked at once, not on every day.
with unassessed as (
  select r.received_on, r.assessment_due_on, a.completed_on
  from projections.report_facts as r
  left join projections.assessment_facts as a
    on a.region = r.region and a.report_id = r.report_id
    and a.known_from < %(cutoff)s::timestamptz and a.known_to >= %(cutoff)s::timestamptz
  where r.region = %(region)s and r.received_on <= %(latest)s::date
    and r.known_from < %(cutoff)s::timestamptz and r.known_to >= %(cutoff)s::timestamptz
    and (%(municipality)s::text is null or r.municipality = %(municipality)s)
    and (a.completed_on is null or a.completed_on > %(earliest)s::date)
), standing as (
  select p.ordinal, u.assessment_due_on < p.day as overdue
  from unnest(%(firsts)s::date[]) with ordinality as p (day, ordinal)
  join unassessed as u
    on u.received_on <= p.day and (u.completed_on is null or u.completed_on > p.day)
)
select ordinal, null, count(*)::int, null::int, null::int, null::int
from standing group by ordinal
union all
select ordinal, 'OPEN', count(*)::int, null::int, null::int, null::int
from standing group by ordinal
union all
select ordinal, 'OVERDUE', count(*)::int, null::int, null::int, null::int
from standing where overdue group by ordinal;

-- name: open_services
-- At 00:00 of the day: registered before it, neither completed nor aborted before it.
-- What was over before the first of the days is looked at once, not on every day.
with stated as (
  select f.service_id, f.report_id, f.status, f.status_on, f.decision_due_on,
    min(f.status_on) filter (where f.status in ('COMPLETED', 'ABORTED'))
      over (partition by f.service_id) as over_on
  from projections.service_facts as f
  where f.region = %(region)s and f.service = %(service)s and f.status_on < %(latest)s::date
    and f.known_from < %(cutoff)s::timestamptz and f.known_to >= %(cutoff)s::timestamptz
), statuses as (
  select p.ordinal, p.day, f.service_id, max(f.report_id) as report_id,
    bool_or(f.status = 'PICKED_UP') as picked_up,
    bool_or(f.status = 'REGISTERED') as registered,
    max(f.decision_due_on) as decision_due_on
  from unnest(%(firsts)s::date[]) with ordinality as p (day, ordinal)
  join stated as f on f.status_on < p.day and (f.over_on is null or f.over_on >= p.day)
  where f.over_on is null or f.over_on >= %(earliest)s::date
  group by p.ordinal, p.day, f.service_id
), standing as (
  select s.ordinal, s.picked_up, coalesce(s.decision_due_on, r.service_due_on) < s.day as overdue
  from statuses as s
  left join projections.report_facts as r
    on r.region = %(region)s and r.report_id = s.report_id
    and r.known_from < %(cutoff)s::timestamptz and r.known_to >= %(cutoff)s::timestamptz
  where s.registered
    and (%(municipality)s::text is null or r.municipality = %(municipality)s)
)
select ordinal, null, count(*)::int, null::int, null::int, null::int
from standing group by ordinal
union all
select ordinal, case when picked_up then 'PICKED_UP' else 'WAITING' end, count(*)::int, null::int,
  null::int, null::int
from standing group by ordinal, picked_up
union all
select ordinal, 'OVERDUE', count(*)::int, null::int, null::int, null::int
from standing where overdue group by ordinal;

-- name: open_items
-- `kind` null: every kind. The order is the longest overdue first, and total, so that pages fit.
with reports as (
  select r.report_id, r.case_id, r.municipality, r.received_on, r.assessment_due_on,
    r.service_due_on
  from projections.report_facts as r
  where r.region = %(region)s
    and r.known_from < %(cutoff)s::timestamptz and r.known_to >= %(cutoff)s::timestamptz
), services as (
  select f.service, f.service_id, max(f.case_id) as case_id, max(f.report_id) as report_id,
    min(f.status_on) filter (where f.status = 'REGISTERED') as since,
    bool_or(f.status = 'PICKED_UP') as picked_up,
    bool_or(f.status in ('COMPLETED', 'ABORTED')) as over,
    max(f.decision_due_on) as decision_due_on
  from projections.service_facts as f
  where f.region = %(region)s and f.status_on < %(day)s::date
    and f.known_from < %(cutoff)s::timestamptz and f.known_to >= %(cutoff)s::timestamptz
  group by f.service, f.service_id
)
select 'SAFETY_ASSESSMENT' as kind, r.report_id as reference, r.case_id, r.municipality,
  r.received_on as since, 'OPEN' as status, r.assessment_due_on as due_on
from reports as r
where r.received_on <= %(day)s::date
  and (%(kind)s::text is null or %(kind)s = 'SAFETY_ASSESSMENT')
  and (%(municipality)s::text is null or r.municipality = %(municipality)s)
  and not exists (
    select from projections.assessment_facts as a
    where a.region = %(region)s and a.report_id = r.report_id and a.completed_on <= %(day)s::date
      and a.known_from < %(cutoff)s::timestamptz and a.known_to >= %(cutoff)s::timestamptz
  )
union all
select s.service, s.service_id, s.case_id, r.municipality, s.since,
  case when s.picked_up then 'PICKED_UP' else 'WAITING' end,
  coalesce(s.decision_due_on, r.service_due_on)
from services as s
left join reports as r on r.report_id = s.report_id
where s.since is not null and not s.over
  and s.service in ('CONDITIONS_AND_FOLLOW_UP', 'INVESTIGATION')
  and (%(kind)s::text is null or %(kind)s = s.service)
  and (%(municipality)s::text is null or r.municipality = %(municipality)s)
order by due_on nulls last, kind, reference
limit %(limit)s offset %(offset)s;
