-- name: assessment_terms
-- Assessments completed in the period whose report stands; a term needs its day of receipt.
with standing as (
  select p.ordinal, a.completed_on - r.received_on as days,
    case
      when a.completed_on <= r.assessment_due_on then 'WITHIN_LAW'
      when a.completed_on - r.received_on <= 15 then 'WITHIN_15_DAYS'
      else 'LATER'
    end as code
  from unnest(%(firsts)s::date[], %(lasts)s::date[]) with ordinality as p (first, last, ordinal)
  join projections.assessment_facts as a
    on a.region = %(region)s and a.completed_on between p.first and p.last
    and a.completed_on between %(earliest)s::date and %(latest)s::date
  join projections.report_facts as r on r.region = a.region and r.report_id = a.report_id
  where a.known_from < %(cutoff)s::timestamptz and a.known_to >= %(cutoff)s::timestamptz
    and r.known_from < %(cutoff)s::timestamptz and r.known_to >= %(cutoff)s::timestamptz
    and (%(municipality)s::text is null or r.municipality = %(municipality)s)
)
select ordinal, null, count(*)::int, count(*)::int, count(*)::int, sum(days)::int
from standing group by ordinal
union all
select ordinal, code, count(*)::int, null::int, null::int, sum(days)::int
from standing group by ordinal, code;
