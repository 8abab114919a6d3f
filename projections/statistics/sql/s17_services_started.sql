-- name: services_started
-- A service started twice within a period counts once; its municipality is its report's.
select p.ordinal, null, count(distinct f.service_id)::int, null::int, null::int, null::int
from unnest(%(firsts)s::date[], %(lasts)s::date[]) with ordinality as p (first, last, ordinal)
join projections.service_facts as f
  on f.region = %(region)s and f.status_on between p.first and p.last
    and f.status_on between %(earliest)s::date and %(latest)s::date
where f.known_from < %(cutoff)s::timestamptz and f.known_to >= %(cutoff)s::timestamptz
  and f.service = %(service)s and f.status = 'REGISTERED'
  and (%(municipality)s::text is null or exists (
    select from projections.report_facts as r
    where r.region = f.region and r.report_id = f.report_id and r.municipality = %(municipality)s
      and r.known_from < %(cutoff)s::timestamptz and r.known_to >= %(cutoff)s::timestamptz
  ))
group by p.ordinal;
