-- name: handover_outcomes
-- One standing version per report_id: the last assessment by journal position.
select p.ordinal, null, count(distinct f.report_id)::int, null::int, null::int, null::int
from unnest(%(firsts)s::date[], %(lasts)s::date[]) with ordinality as p (first, last, ordinal)
join projections.assessment_facts as f
  on f.region = %(region)s and f.completed_on between p.first and p.last
    and f.completed_on between %(earliest)s::date and %(latest)s::date
where f.known_from < %(cutoff)s::timestamptz and f.known_to >= %(cutoff)s::timestamptz
  and f.outcome = %(outcome)s
  and (%(municipality)s::text is null or exists (
    select from projections.report_facts as r
    where r.region = f.region and r.report_id = f.report_id and r.municipality = %(municipality)s
      and r.known_from < %(cutoff)s::timestamptz and r.known_to >= %(cutoff)s::timestamptz
  ))
group by p.ordinal;
