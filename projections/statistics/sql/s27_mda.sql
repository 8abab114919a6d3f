-- name: mda_started
-- Each mda_id on the day on which it was ACTIVE for the first time.
with first_active as (
  select f.mda_id, min(f.status_on) as started_on
  from projections.mda_facts as f
  where f.region = %(region)s and f.status = 'ACTIVE'
    and f.known_from < %(cutoff)s::timestamptz and f.known_to >= %(cutoff)s::timestamptz
    and (%(municipality)s::text is null or f.municipality = %(municipality)s)
  group by f.mda_id
)
select p.ordinal, null, count(*)::int, null::int, null::int, null::int
from unnest(%(firsts)s::date[], %(lasts)s::date[]) with ordinality as p (first, last, ordinal)
join first_active as f on f.started_on between p.first and p.last
    and f.started_on between %(earliest)s::date and %(latest)s::date
group by p.ordinal;
