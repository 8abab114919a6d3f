-- name: report_forms
-- A report may carry several forms; divided by reports with at least one (definitions.md, S13).
with standing as (
  select p.ordinal, array_remove(f.forms, 'UNKNOWN') as codes
  from unnest(%(firsts)s::date[], %(lasts)s::date[]) with ordinality as p (first, last, ordinal)
  join projections.report_facts as f on f.region = %(region)s and f.received_on between p.first and p.last
    and f.received_on between %(earliest)s::date and %(latest)s::date
  where f.known_from < %(cutoff)s::timestamptz and f.known_to >= %(cutoff)s::timestamptz
    and (%(municipality)s::text is null or f.municipality = %(municipality)s)
)
select ordinal, null, count(*)::int, count(*)::int,
  count(*) filter (where cardinality(codes) > 0)::int, null::int
from standing group by ordinal
union all
select s.ordinal, c.code, count(*)::int, null::int, null::int, null::int
from standing as s cross join lateral (select distinct unnest(s.codes) as code) as c
group by s.ordinal, c.code;
