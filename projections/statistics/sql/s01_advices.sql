-- name: advices
-- Every advice is a fact of its own; only its sender's correction takes it away.
select p.ordinal, null, count(*)::int, null::int, null::int, null::int
from unnest(%(firsts)s::date[], %(lasts)s::date[]) with ordinality as p (first, last, ordinal)
join projections.advice_facts as f
  on f.region = %(region)s and f.given_on between p.first and p.last
    and f.given_on between %(earliest)s::date and %(latest)s::date
where f.known_from < %(cutoff)s::timestamptz and f.known_to >= %(cutoff)s::timestamptz
  and (%(municipality)s::text is null or f.municipality = %(municipality)s)
group by p.ordinal;

-- name: chats
select p.ordinal, null, count(*) filter (where f.channel = 'CHAT')::int, count(*)::int,
  count(*) filter (where f.channel <> 'UNKNOWN')::int, null::int
from unnest(%(firsts)s::date[], %(lasts)s::date[]) with ordinality as p (first, last, ordinal)
join projections.advice_facts as f
  on f.region = %(region)s and f.given_on between p.first and p.last
    and f.given_on between %(earliest)s::date and %(latest)s::date
where f.known_from < %(cutoff)s::timestamptz and f.known_to >= %(cutoff)s::timestamptz
  and (%(municipality)s::text is null or f.municipality = %(municipality)s)
group by p.ordinal;

-- name: schools
-- from_school is always registered.
select p.ordinal, null, count(*) filter (where f.from_school)::int, count(*)::int,
  count(*)::int, null::int
from unnest(%(firsts)s::date[], %(lasts)s::date[]) with ordinality as p (first, last, ordinal)
join projections.advice_facts as f
  on f.region = %(region)s and f.given_on between p.first and p.last
    and f.given_on between %(earliest)s::date and %(latest)s::date
where f.known_from < %(cutoff)s::timestamptz and f.known_to >= %(cutoff)s::timestamptz
  and (%(municipality)s::text is null or f.municipality = %(municipality)s)
group by p.ordinal;
