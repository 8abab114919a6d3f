-- name: monitored_cases
-- Open from MONITORING_STARTED up to, not including, the next MONITORING_ENDED, as rule R04 has it:
-- a case may be closed while it is still monitored (definitions.md, Open case).
with statuses as (
  select f.case_id, f.status, f.status_on, lead(f.status_on) over next_status as until
  from projections.case_status_facts as f
  where f.region = %(region)s and f.status in ('MONITORING_STARTED', 'MONITORING_ENDED')
    and f.known_from < %(cutoff)s::timestamptz and f.known_to >= %(cutoff)s::timestamptz
    and (%(municipality)s::text is null or exists (
      select from projections.report_facts as r
      where r.region = f.region and r.case_id = f.case_id and r.municipality = %(municipality)s
        and r.known_from < %(cutoff)s::timestamptz and r.known_to >= %(cutoff)s::timestamptz
    ))
  window next_status as (partition by f.case_id order by f.status_on, f.position)
)
select p.ordinal, null, count(distinct s.case_id)::int, null::int, null::int, null::int
from unnest(%(firsts)s::date[], %(lasts)s::date[]) with ordinality as p (first, last, ordinal)
join statuses as s
  on s.status = 'MONITORING_STARTED' and s.status_on <= p.last
  and (s.until is null or s.until > p.first) and (s.until is null or s.until > s.status_on)
group by p.ordinal;

-- name: moments_held
select p.ordinal, null, count(*)::int, null::int, null::int, null::int
from unnest(%(firsts)s::date[], %(lasts)s::date[]) with ordinality as p (first, last, ordinal)
join projections.monitoring_facts as f
  on f.region = %(region)s and f.held_on between p.first and p.last
    and f.held_on between %(earliest)s::date and %(latest)s::date and f.status = 'HELD'
where f.known_from < %(cutoff)s::timestamptz and f.known_to >= %(cutoff)s::timestamptz
  and (%(municipality)s::text is null or exists (
    select from projections.report_facts as r
    where r.region = f.region and r.case_id = f.case_id and r.municipality = %(municipality)s
      and r.known_from < %(cutoff)s::timestamptz and r.known_to >= %(cutoff)s::timestamptz
  ))
group by p.ordinal;
