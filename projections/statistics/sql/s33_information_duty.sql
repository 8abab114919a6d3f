-- name: reporters_told
-- Reports of the period of which D2 was over at K, and those whose reporter was told by then.
select p.ordinal, null,
  count(*) filter (where exists (
    select from projections.information_duty_facts as d
    where d.region = f.region and d.report_id = f.report_id and d.party = 'REPORTER'
      and d.informed_on <= f.assessment_due_on
      and d.known_from < %(cutoff)s::timestamptz and d.known_to >= %(cutoff)s::timestamptz
  ))::int, count(*)::int, count(*)::int, null::int
from unnest(%(firsts)s::date[], %(lasts)s::date[]) with ordinality as p (first, last, ordinal)
join projections.report_facts as f
  on f.region = %(region)s and f.received_on between p.first and p.last
    and f.received_on between %(earliest)s::date and %(latest)s::date
where f.known_from < %(cutoff)s::timestamptz and f.known_to >= %(cutoff)s::timestamptz
  and (%(known_on)s::date is null or f.assessment_due_on <= %(known_on)s)
  and (%(municipality)s::text is null or f.municipality = %(municipality)s)
group by p.ordinal;

-- name: subjects_told
-- Per report and person: told within 28 days of receipt, or by a postponement of 14 more at most
-- (Wmo 2015 article 5.3.1). One that goes further does not take away one that does not.
with persons as (
  select p.ordinal, f.report_id, d.person, min(d.informed_on) as informed_on,
    greatest(
      f.received_on + 28,
      max(d.postponed_until) filter (where d.postponed_until <= f.received_on + 28 + 14)
    ) as due_on
  from unnest(%(firsts)s::date[], %(lasts)s::date[]) with ordinality as p (first, last, ordinal)
  join projections.report_facts as f
    on f.region = %(region)s and f.received_on between p.first and p.last
    and f.received_on between %(earliest)s::date and %(latest)s::date
  join projections.information_duty_facts as d
    on d.region = f.region and d.report_id = f.report_id
    and d.party in ('SUBJECT', 'PARENT_OF_SUBJECT')
  where f.known_from < %(cutoff)s::timestamptz and f.known_to >= %(cutoff)s::timestamptz
    and d.known_from < %(cutoff)s::timestamptz and d.known_to >= %(cutoff)s::timestamptz
    and (%(municipality)s::text is null or f.municipality = %(municipality)s)
  group by p.ordinal, f.report_id, d.person, f.received_on
)
select ordinal, null, count(*) filter (where informed_on <= due_on)::int, count(*)::int,
  count(*)::int, null::int
from persons
where %(known_on)s::date is null or due_on <= %(known_on)s
group by ordinal;
