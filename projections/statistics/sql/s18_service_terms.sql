-- name: service_terms
-- Completed services whose report stands. Completed twice: the last statement by position counts.
with completed as (
  select distinct on (p.ordinal, f.service_id) p.ordinal, f.service_id, f.report_id, f.status_on
  from unnest(%(firsts)s::date[], %(lasts)s::date[]) with ordinality as p (first, last, ordinal)
  join projections.service_facts as f
    on f.region = %(region)s and f.status_on between p.first and p.last
    and f.status_on between %(earliest)s::date and %(latest)s::date
  where f.known_from < %(cutoff)s::timestamptz and f.known_to >= %(cutoff)s::timestamptz
    and f.service = %(service)s and f.status = 'COMPLETED'
  order by p.ordinal, f.service_id, f.position desc
), measured as (
  select c.ordinal, c.status_on, c.status_on - r.received_on as days, r.service_due_on,
    (
      select max(d.decision_due_on)
      from projections.service_facts as d
      where d.region = %(region)s and d.service_id = c.service_id
        and d.known_from < %(cutoff)s::timestamptz and d.known_to >= %(cutoff)s::timestamptz
    ) as decision_due_on
  from completed as c
  join projections.report_facts as r on r.region = %(region)s and r.report_id = c.report_id
  where r.known_from < %(cutoff)s::timestamptz and r.known_to >= %(cutoff)s::timestamptz
    and (%(municipality)s::text is null or r.municipality = %(municipality)s)
), coded as (
  select m.ordinal, m.days, c.code
  from measured as m
  cross join lateral (values
    (case when m.days <= 75 then 'WITHIN_75_DAYS' when m.days <= 105 then 'WITHIN_105_DAYS'
      else 'LATER' end),
    (case when m.status_on <= m.service_due_on then 'BY_LAW' end),
    (case when m.status_on <= m.decision_due_on then 'AFTER_DECISION' end)
  ) as c (code)
)
select ordinal, null, count(*)::int, count(*)::int, count(*)::int, sum(days)::int
from measured group by ordinal
union all
select ordinal, code, count(*)::int, null::int, null::int, sum(days)::int
from coded where code is not null group by ordinal, code;
