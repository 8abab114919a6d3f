-- name: advices
-- Every advice is a fact of its own; only its sender's correction takes it away.
select p.ordinal, count(*)::int, null::int, null::int
from unnest(%(firsts)s::date[], %(lasts)s::date[]) with ordinality as p (first, last, ordinal)
join projections.advice_facts as f
  on f.region = %(region)s and f.given_on between p.first and p.last
where f.known_from < %(cutoff)s::timestamptz and f.known_to >= %(cutoff)s::timestamptz
group by p.ordinal;
