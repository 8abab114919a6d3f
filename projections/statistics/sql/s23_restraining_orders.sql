-- name: restraining_orders
-- Orders imposed in the period, extensions not counted again; assessed = imposed or just not.
select p.ordinal, null, count(distinct f.order_id)::int, null::int, null::int, null::int
from unnest(%(firsts)s::date[], %(lasts)s::date[]) with ordinality as p (first, last, ordinal)
join projections.restraining_order_facts as f
  on f.region = %(region)s and f.status_on between p.first and p.last
    and f.status_on between %(earliest)s::date and %(latest)s::date
where f.known_from < %(cutoff)s::timestamptz and f.known_to >= %(cutoff)s::timestamptz
  and f.status in ('IMPOSED', %(with_not_imposed)s)
  and (%(municipality)s::text is null or f.municipality = %(municipality)s)
group by p.ordinal;
