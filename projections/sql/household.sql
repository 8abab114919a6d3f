-- name: summarise
-- Counts the given households anew from their timelines: a late, corrected or voided event then
-- needs no arithmetic of its own. Lateral, so that each household is looked up by its key even
-- where the planner has no statistics yet, as on the first day of a region.
insert into projections.household
  (region, household_id, founded_at, last_signal_at, events, persons, municipality)
select %(region)s, h.household_id, e.founded_at, e.last_signal_at, e.events, p.persons,
  e.municipality
from unnest(%(household_ids)s::text[]) as h (household_id)
cross join lateral (
  select min(t.known_at) as founded_at,
    max(t.signal_at) filter (where t.is_signal and t.voided_by is null) as last_signal_at,
    count(*) as events,
    (array_agg(t.municipality order by t.occurred_at desc, t.position desc)
      filter (where t.municipality is not null and t.voided_by is null))[1] as municipality
  from projections.timeline_entry as t
  where t.region = %(region)s and t.household_id = h.household_id
  having count(*) > 0
) as e
cross join lateral (
  select count(distinct n.pid) as persons
  from projections.timeline as t
  left join projections.event as v using (region, source, event_id)
  cross join lateral unnest(t.pids) as n (pid)
  where t.region = %(region)s and t.household_id = h.household_id and v.voided_by is null
) as p
on conflict (region, household_id) do update set
  founded_at = excluded.founded_at,
  last_signal_at = excluded.last_signal_at,
  events = excluded.events,
  persons = excluded.persons,
  municipality = excluded.municipality;

-- name: touched_elsewhere
-- Households whose rows these events change without standing on their timeline: those of what a
-- correction, or a replacement, is about; and those of a report registered from a signal.
with recursive given as (
  select * from unnest(%(sources)s::text[], %(event_ids)s::text[]) as g (source, event_id)
), corrected (source, event_id) as (
  (
    select c.source, c.target_event_id
    from given as g
    join projections.correction as c
      on c.region = %(region)s and c.source = g.source and c.event_id = g.event_id
    union
    select c.source, c.target_event_id
    from given as g
    join projections.correction as c
      on c.region = %(region)s and c.source = g.source and c.replacement_event_id = g.event_id
  )
  union
  select c.source, c.target_event_id
  from corrected as u
  join projections.correction as c
    on c.region = %(region)s and c.source = u.source and c.event_id = u.event_id
), changed as (
  select t.household_id, t.signal_reference
  from corrected as u
  join projections.timeline as t
    on t.region = %(region)s and t.source = u.source and t.event_id = u.event_id
)
select household_id from changed
union
select t.household_id
from (
  select unnest(%(signal_references)s::uuid[]) as signal_reference
  union
  select signal_reference from changed
) as s
join projections.timeline as t
  on t.region = %(region)s and t.signal_reference = s.signal_reference;

-- name: merge
update projections.household as h
set merged_into = n.merged_into
from unnest(%(household_ids)s::text[], %(merged_into)s::text[]) as n (household_id, merged_into)
where h.region = %(region)s and h.household_id = n.household_id;
