-- name: reported_cases
select p.ordinal, null, count(distinct f.case_id)::int, null::int, null::int, null::int
from unnest(%(firsts)s::date[], %(lasts)s::date[]) with ordinality as p (first, last, ordinal)
join projections.report_facts as f
  on f.region = %(region)s and f.received_on between p.first and p.last
    and f.received_on between %(earliest)s::date and %(latest)s::date
where f.known_from < %(cutoff)s::timestamptz and f.known_to >= %(cutoff)s::timestamptz
  and (%(municipality)s::text is null or f.municipality = %(municipality)s)
group by p.ordinal;

-- name: services_completed
with completed as (
  select distinct p.ordinal, f.service, f.service_id
  from unnest(%(firsts)s::date[], %(lasts)s::date[]) with ordinality as p (first, last, ordinal)
  join projections.service_facts as f
    on f.region = %(region)s and f.status_on between p.first and p.last
    and f.status_on between %(earliest)s::date and %(latest)s::date
  where f.known_from < %(cutoff)s::timestamptz and f.known_to >= %(cutoff)s::timestamptz
    and f.status = 'COMPLETED'
    and (%(municipality)s::text is null or exists (
      select from projections.report_facts as r
      where r.region = f.region and r.report_id = f.report_id
        and r.municipality = %(municipality)s
        and r.known_from < %(cutoff)s::timestamptz and r.known_to >= %(cutoff)s::timestamptz
    ))
)
select ordinal, null, count(*)::int, null::int, null::int, null::int
from completed group by ordinal
union all
select ordinal, service, count(*)::int, null::int, null::int, null::int
from completed group by ordinal, service;
