-- name: findings_raised
-- A finding that was withdrawn and raised again within a period counts once.
with raised as (
  select distinct p.ordinal, f.finding_id, f.rule_id
  from unnest(%(firsts)s::date[], %(lasts)s::date[]) with ordinality as p (first, last, ordinal)
  join projections.finding_step_facts as f
    on f.region = %(region)s and f.known_on between p.first and p.last
  where f.kind = 'RAISED' and f.known_at < %(cutoff)s::timestamptz
    and (%(municipality)s::text is null or f.municipality = %(municipality)s)
)
select ordinal, null, count(*)::int, null::int, null::int, null::int
from raised group by ordinal
union all
select ordinal, rule_id, count(*)::int, null::int, null::int, null::int
from raised group by ordinal, rule_id;

-- name: findings_ended
-- What became of findings within the period: by a person, by time, or by other events.
with ended as (
  select distinct p.ordinal, f.finding_id, f.kind
  from unnest(%(firsts)s::date[], %(lasts)s::date[]) with ordinality as p (first, last, ordinal)
  join projections.finding_step_facts as f
    on f.region = %(region)s and f.known_on between p.first and p.last
  where f.kind in ('ACKNOWLEDGED', 'DISMISSED', 'EXPIRED', 'WITHDRAWN')
    and f.known_at < %(cutoff)s::timestamptz
    and (%(municipality)s::text is null or f.municipality = %(municipality)s)
)
select ordinal, null, count(distinct finding_id)::int, null::int, null::int, null::int
from ended group by ordinal
union all
select ordinal, kind, count(*)::int, null::int, null::int, null::int
from ended group by ordinal, kind;

-- name: households_open
-- At the end of the period's last day: households with a finding that is open, by its level. A
-- household with two levels counts in both rows and once in the whole.
with last_steps as (
  select distinct on (p.ordinal, f.finding_id) p.ordinal, f.household, f.kind, f.level
  from unnest(%(lasts)s::date[]) with ordinality as p (last, ordinal)
  join projections.finding_step_facts as f
    on f.region = %(region)s and f.known_on <= p.last
  where f.known_at < %(cutoff)s::timestamptz
    and (%(municipality)s::text is null or f.municipality = %(municipality)s)
  order by p.ordinal, f.finding_id, f.position desc
), standing as (
  select ordinal, household, level
  from last_steps
  where kind in ('RAISED', 'RENEWED', 'ACKNOWLEDGED') and level in ('HIGH', 'CRITICAL')
)
select ordinal, null, count(distinct household)::int, null::int, null::int, null::int
from standing group by ordinal
union all
select ordinal, level, count(distinct household)::int, null::int, null::int, null::int
from standing group by ordinal, level;

-- name: review_days
-- Findings that a person first acknowledged or dismissed within the period, in calendar days since
-- they were raised for the last time before that. The median of whole days is whole or a half.
with reviewed as (
  select distinct on (f.finding_id) f.finding_id, f.position, f.known_on
  from projections.finding_step_facts as f
  where f.region = %(region)s and f.kind in ('ACKNOWLEDGED', 'DISMISSED')
    and f.known_at < %(cutoff)s::timestamptz
    and (%(municipality)s::text is null or f.municipality = %(municipality)s)
  order by f.finding_id, f.position
), waited as (
  select r.known_on - (
    select max(f.known_on)
    from projections.finding_step_facts as f
    where f.region = %(region)s and f.finding_id = r.finding_id and f.kind = 'RAISED'
      and f.position < r.position
  ) as days
  from reviewed as r
  where r.known_on between %(first)s::date and %(last)s::date
)
select count(*)::int, (2 * percentile_cont(0.5) within group (order by days))::int
from waited;
