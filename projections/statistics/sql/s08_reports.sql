-- name: reports
-- One standing version per report_id: the last registration by journal position.
select p.ordinal, null, count(distinct f.report_id)::int, null::int, null::int, null::int
from unnest(%(firsts)s::date[], %(lasts)s::date[]) with ordinality as p (first, last, ordinal)
join projections.report_facts as f
  on f.region = %(region)s and f.received_on between p.first and p.last
    and f.received_on between %(earliest)s::date and %(latest)s::date
where f.known_from < %(cutoff)s::timestamptz and f.known_to >= %(cutoff)s::timestamptz
  and (%(municipality)s::text is null or f.municipality = %(municipality)s)
group by p.ordinal;

-- name: children_involved
-- The publication does not say whether its base is all reports or those registered: both are here.
select p.ordinal, null, count(*) filter (where f.children_involved)::int, count(*)::int,
  count(f.children_involved)::int, null::int
from unnest(%(firsts)s::date[], %(lasts)s::date[]) with ordinality as p (first, last, ordinal)
join projections.report_facts as f
  on f.region = %(region)s and f.received_on between p.first and p.last
    and f.received_on between %(earliest)s::date and %(latest)s::date
where f.known_from < %(cutoff)s::timestamptz and f.known_to >= %(cutoff)s::timestamptz
  and (%(municipality)s::text is null or f.municipality = %(municipality)s)
group by p.ordinal;
