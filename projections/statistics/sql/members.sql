-- The units behind the statistics: one row per period and unit, with what its numbers follow from.
-- Told apart from the statistics on purpose; an explained difference must agree with both.

-- name: advices
select p.ordinal, f.source || '|' || f.event_id as unit, f.channel, f.channel = 'CHAT' as is_chat,
  f.from_school, f.seeker_role, f.nature
from unnest(%(firsts)s::date[], %(lasts)s::date[]) with ordinality as p (first, last, ordinal)
join projections.advice_facts as f
  on f.region = %(region)s and f.given_on between p.first and p.last
where f.known_from < %(cutoff)s::timestamptz and f.known_to >= %(cutoff)s::timestamptz
  and (%(municipality)s::text is null or f.municipality = %(municipality)s);

-- name: reports
select p.ordinal, f.report_id as unit, f.children_involved, f.reporter_sector, f.nature, f.forms,
  f.repeat_kind
from unnest(%(firsts)s::date[], %(lasts)s::date[]) with ordinality as p (first, last, ordinal)
join projections.report_facts as f
  on f.region = %(region)s and f.received_on between p.first and p.last
where f.known_from < %(cutoff)s::timestamptz and f.known_to >= %(cutoff)s::timestamptz
  and (%(municipality)s::text is null or f.municipality = %(municipality)s);

-- name: reported_cases
select distinct p.ordinal, f.case_id as unit
from unnest(%(firsts)s::date[], %(lasts)s::date[]) with ordinality as p (first, last, ordinal)
join projections.report_facts as f
  on f.region = %(region)s and f.received_on between p.first and p.last
where f.known_from < %(cutoff)s::timestamptz and f.known_to >= %(cutoff)s::timestamptz
  and (%(municipality)s::text is null or f.municipality = %(municipality)s);

-- name: assessed
select p.ordinal, a.report_id as unit, a.completed_on, r.received_on, r.assessment_due_on
from unnest(%(firsts)s::date[], %(lasts)s::date[]) with ordinality as p (first, last, ordinal)
join projections.assessment_facts as a
  on a.region = %(region)s and a.completed_on between p.first and p.last
join projections.report_facts as r on r.region = a.region and r.report_id = a.report_id
where a.known_from < %(cutoff)s::timestamptz and a.known_to >= %(cutoff)s::timestamptz
  and r.known_from < %(cutoff)s::timestamptz and r.known_to >= %(cutoff)s::timestamptz
  and (%(municipality)s::text is null or r.municipality = %(municipality)s);

-- name: unassessed
select p.ordinal, r.report_id as unit, p.first as day, r.assessment_due_on
from unnest(%(firsts)s::date[], %(lasts)s::date[]) with ordinality as p (first, last, ordinal)
join projections.report_facts as r on r.region = %(region)s and r.received_on <= p.first
where r.known_from < %(cutoff)s::timestamptz and r.known_to >= %(cutoff)s::timestamptz
  and (%(municipality)s::text is null or r.municipality = %(municipality)s)
  and not exists (
    select from projections.assessment_facts as a
    where a.region = r.region and a.report_id = r.report_id and a.completed_on <= p.first
      and a.known_from < %(cutoff)s::timestamptz and a.known_to >= %(cutoff)s::timestamptz
  );

-- name: outcomes
select p.ordinal, f.report_id as unit
from unnest(%(firsts)s::date[], %(lasts)s::date[]) with ordinality as p (first, last, ordinal)
join projections.assessment_facts as f
  on f.region = %(region)s and f.completed_on between p.first and p.last
where f.known_from < %(cutoff)s::timestamptz and f.known_to >= %(cutoff)s::timestamptz
  and f.outcome = %(outcome)s
  and (%(municipality)s::text is null or exists (
    select from projections.report_facts as r
    where r.region = f.region and r.report_id = f.report_id and r.municipality = %(municipality)s
      and r.known_from < %(cutoff)s::timestamptz and r.known_to >= %(cutoff)s::timestamptz
  ));

-- name: services_started
select distinct p.ordinal, f.service_id as unit
from unnest(%(firsts)s::date[], %(lasts)s::date[]) with ordinality as p (first, last, ordinal)
join projections.service_facts as f
  on f.region = %(region)s and f.status_on between p.first and p.last
where f.known_from < %(cutoff)s::timestamptz and f.known_to >= %(cutoff)s::timestamptz
  and f.service = %(service)s and f.status = 'REGISTERED'
  and (%(municipality)s::text is null or exists (
    select from projections.report_facts as r
    where r.region = f.region and r.report_id = f.report_id and r.municipality = %(municipality)s
      and r.known_from < %(cutoff)s::timestamptz and r.known_to >= %(cutoff)s::timestamptz
  ));

-- name: services_completed
select c.ordinal, c.service_id as unit, c.status_on as completed_on, r.received_on,
  r.service_due_on, c.decision_due_on
from (
  select distinct on (p.ordinal, f.service_id) p.ordinal, f.service_id, f.report_id, f.status_on,
    (
      select max(d.decision_due_on)
      from projections.service_facts as d
      where d.region = %(region)s and d.service_id = f.service_id
        and d.known_from < %(cutoff)s::timestamptz and d.known_to >= %(cutoff)s::timestamptz
    ) as decision_due_on
  from unnest(%(firsts)s::date[], %(lasts)s::date[]) with ordinality as p (first, last, ordinal)
  join projections.service_facts as f
    on f.region = %(region)s and f.status_on between p.first and p.last
  where f.known_from < %(cutoff)s::timestamptz and f.known_to >= %(cutoff)s::timestamptz
    and f.service = %(service)s and f.status = 'COMPLETED'
  order by p.ordinal, f.service_id, f.position desc
) as c
join projections.report_facts as r on r.region = %(region)s and r.report_id = c.report_id
where r.known_from < %(cutoff)s::timestamptz and r.known_to >= %(cutoff)s::timestamptz
  and (%(municipality)s::text is null or r.municipality = %(municipality)s);

-- name: services_open
select s.ordinal, s.service_id as unit, s.day, s.picked_up, s.decision_due_on, r.service_due_on
from (
  select p.ordinal, p.first as day, f.service_id, max(f.report_id) as report_id,
    bool_or(f.status = 'PICKED_UP') as picked_up, max(f.decision_due_on) as decision_due_on
  from unnest(%(firsts)s::date[], %(lasts)s::date[]) with ordinality as p (first, last, ordinal)
  join projections.service_facts as f on f.region = %(region)s and f.status_on < p.first
  where f.known_from < %(cutoff)s::timestamptz and f.known_to >= %(cutoff)s::timestamptz
    and f.service = %(service)s
  group by p.ordinal, p.first, f.service_id
  having bool_or(f.status = 'REGISTERED')
    and not bool_or(f.status in ('COMPLETED', 'ABORTED'))
) as s
left join projections.report_facts as r
  on r.region = %(region)s and r.report_id = s.report_id
  and r.known_from < %(cutoff)s::timestamptz and r.known_to >= %(cutoff)s::timestamptz
where %(municipality)s::text is null or r.municipality = %(municipality)s;

-- name: orders
select distinct p.ordinal, f.order_id as unit
from unnest(%(firsts)s::date[], %(lasts)s::date[]) with ordinality as p (first, last, ordinal)
join projections.restraining_order_facts as f
  on f.region = %(region)s and f.status_on between p.first and p.last
where f.known_from < %(cutoff)s::timestamptz and f.known_to >= %(cutoff)s::timestamptz
  and f.status in ('IMPOSED', %(with_not_imposed)s)
  and (%(municipality)s::text is null or f.municipality = %(municipality)s);

-- name: mda_started
select p.ordinal, s.mda_id as unit
from unnest(%(firsts)s::date[], %(lasts)s::date[]) with ordinality as p (first, last, ordinal)
join (
  select f.mda_id, min(f.status_on) as started_on
  from projections.mda_facts as f
  where f.region = %(region)s and f.status = 'ACTIVE'
    and f.known_from < %(cutoff)s::timestamptz and f.known_to >= %(cutoff)s::timestamptz
    and (%(municipality)s::text is null or f.municipality = %(municipality)s)
  group by f.mda_id
) as s on s.started_on between p.first and p.last;

-- name: monitored
select distinct p.ordinal, s.case_id as unit
from unnest(%(firsts)s::date[], %(lasts)s::date[]) with ordinality as p (first, last, ordinal)
join (
  select f.case_id, f.status, f.status_on,
    lead(f.status_on) over (partition by f.case_id order by f.status_on, f.position) as until
  from projections.case_status_facts as f
  where f.region = %(region)s and f.status in ('MONITORING_STARTED', 'MONITORING_ENDED')
    and f.known_from < %(cutoff)s::timestamptz and f.known_to >= %(cutoff)s::timestamptz
    and (%(municipality)s::text is null or exists (
      select from projections.report_facts as r
      where r.region = f.region and r.case_id = f.case_id and r.municipality = %(municipality)s
        and r.known_from < %(cutoff)s::timestamptz and r.known_to >= %(cutoff)s::timestamptz
    ))
) as s
  on s.status = 'MONITORING_STARTED' and s.status_on <= p.last
  and (s.until is null or s.until > greatest(p.first, s.status_on));

-- name: moments_held
select p.ordinal, f.case_id || '|' || f.moment_no as unit
from unnest(%(firsts)s::date[], %(lasts)s::date[]) with ordinality as p (first, last, ordinal)
join projections.monitoring_facts as f
  on f.region = %(region)s and f.held_on between p.first and p.last and f.status = 'HELD'
where f.known_from < %(cutoff)s::timestamptz and f.known_to >= %(cutoff)s::timestamptz
  and (%(municipality)s::text is null or exists (
    select from projections.report_facts as r
    where r.region = f.region and r.case_id = f.case_id and r.municipality = %(municipality)s
      and r.known_from < %(cutoff)s::timestamptz and r.known_to >= %(cutoff)s::timestamptz
  ));

-- name: reporters_told
select p.ordinal, f.report_id as unit, f.assessment_due_on as due_on,
  (
    select min(d.informed_on)
    from projections.information_duty_facts as d
    where d.region = f.region and d.report_id = f.report_id and d.party = 'REPORTER'
      and d.known_from < %(cutoff)s::timestamptz and d.known_to >= %(cutoff)s::timestamptz
  ) as told_on
from unnest(%(firsts)s::date[], %(lasts)s::date[]) with ordinality as p (first, last, ordinal)
join projections.report_facts as f
  on f.region = %(region)s and f.received_on between p.first and p.last
where f.known_from < %(cutoff)s::timestamptz and f.known_to >= %(cutoff)s::timestamptz
  and (%(known_on)s::date is null or f.assessment_due_on <= %(known_on)s)
  and (%(municipality)s::text is null or f.municipality = %(municipality)s);

-- name: subjects_told
-- The unit begins with its report: that is how what changed about it is found.
with persons as (
  select p.ordinal, f.report_id || '|' || coalesce(d.person, '') as unit,
    min(d.informed_on) as told_on,
    greatest(
      f.received_on + 28,
      max(d.postponed_until) filter (where d.postponed_until <= f.received_on + 28 + 14)
    ) as due_on
  from unnest(%(firsts)s::date[], %(lasts)s::date[]) with ordinality as p (first, last, ordinal)
  join projections.report_facts as f
    on f.region = %(region)s and f.received_on between p.first and p.last
  join projections.information_duty_facts as d
    on d.region = f.region and d.report_id = f.report_id
    and d.party in ('SUBJECT', 'PARENT_OF_SUBJECT')
  where f.known_from < %(cutoff)s::timestamptz and f.known_to >= %(cutoff)s::timestamptz
    and d.known_from < %(cutoff)s::timestamptz and d.known_to >= %(cutoff)s::timestamptz
    and (%(municipality)s::text is null or f.municipality = %(municipality)s)
  group by p.ordinal, f.report_id, d.person, f.received_on
)
select ordinal, unit, told_on, due_on
from persons
where %(known_on)s::date is null or due_on <= %(known_on)s;
