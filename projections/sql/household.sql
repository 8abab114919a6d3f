-- name: summarise
-- Counts the given households anew from their timelines: a late, corrected or voided event then
-- needs no arithmetic of its own.
with entry as (
  select * from projections.timeline_entry
  where region = %(region)s and household_id = any(%(household_ids)s::text[])
), person as (
  select e.household_id, count(distinct p.pid) as persons
  from entry as e, unnest(e.pids) as p (pid)
  where e.voided_by is null
  group by e.household_id
)
insert into projections.household
  (region, household_id, founded_at, last_signal_at, events, persons, municipality)
select e.region, e.household_id, min(e.known_at),
  max(e.signal_at) filter (where e.is_signal and e.voided_by is null),
  count(*), coalesce(max(p.persons), 0),
  (array_agg(e.municipality order by e.occurred_at desc, e.position desc)
    filter (where e.municipality is not null and e.voided_by is null))[1]
from entry as e
left join person as p using (household_id)
group by e.region, e.household_id
on conflict (region, household_id) do update set
  founded_at = excluded.founded_at,
  last_signal_at = excluded.last_signal_at,
  events = excluded.events,
  persons = excluded.persons,
  municipality = excluded.municipality;

-- name: touched_elsewhere
-- Households whose rows these events change without standing on their timeline: the target of a
-- correction, what a replacement replaces, and the report registered from a signal.
select t.household_id
from projections.correction as c
join projections.timeline as t
  on t.region = c.region and t.source = c.source and t.event_id = c.target_event_id
where c.region = %(region)s and c.position between %(first)s and %(last)s
union
select t.household_id
from unnest(%(sources)s::text[], %(event_ids)s::text[]) as n (source, event_id)
join projections.correction as c
  on c.region = %(region)s and c.source = n.source and c.replacement_event_id = n.event_id
join projections.timeline as t
  on t.region = c.region and t.source = c.source and t.event_id = c.target_event_id
union
select t.household_id
from unnest(%(signal_references)s::uuid[]) as s (signal_reference)
join projections.timeline as t
  on t.region = %(region)s and t.signal_reference = s.signal_reference;

-- name: merge
update projections.household as h
set merged_into = n.merged_into
from unnest(%(household_ids)s::text[], %(merged_into)s::text[]) as n (household_id, merged_into)
where h.region = %(region)s and h.household_id = n.household_id;
