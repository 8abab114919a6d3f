-- name: summarise
-- Counts the given households anew from their timelines: a late, corrected or voided event then
-- needs no arithmetic of its own. Lateral, so that each household is looked up by its key even
-- where the planner has no statistics yet, as on the first day of a region.
insert into projections.household
  (region, household_id, founded_at, last_signal_at, events, persons, municipality)
select h.region, h.household_id, e.founded_at, e.last_signal_at, e.events, e.persons, e.municipality
from unnest(%(regions)s::text[], %(household_ids)s::text[]) as h (region, household_id)
cross join lateral (
  -- A row stands here once for each of its persons, so that timelines are read once.
  select min(t.known_at) as founded_at,
    max(t.signal_at) filter (where t.is_signal and t.voided_by is null) as last_signal_at,
    count(distinct t.position) as events,
    count(distinct n.pid) filter (where t.voided_by is null) as persons,
    (array_agg(t.municipality order by t.occurred_at desc, t.position desc)
      filter (where t.municipality is not null and t.voided_by is null))[1] as municipality
  from projections.timeline_entry as t
  left join lateral unnest(t.pids) as n (pid) on true
  where t.region = h.region and t.household_id = h.household_id
  having count(*) > 0
) as e
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
  select * from unnest(%(regions)s::text[], %(sources)s::text[], %(event_ids)s::text[])
    as g (region, source, event_id)
), corrected (region, source, event_id) as (
  (
    select c.region, c.source, c.target_event_id
    from given as g
    join projections.correction as c
      on c.region = g.region and c.source = g.source and c.event_id = g.event_id
    union
    select c.region, c.source, c.target_event_id
    from given as g
    join projections.correction as c
      on c.region = g.region and c.source = g.source and c.replacement_event_id = g.event_id
  )
  union
  select c.region, c.source, c.target_event_id
  from corrected as u
  join projections.correction as c
    on c.region = u.region and c.source = u.source and c.event_id = u.event_id
), changed as (
  select t.region, t.household_id, t.signal_reference
  from corrected as u
  join projections.timeline as t
    on t.region = u.region and t.source = u.source and t.event_id = u.event_id
)
select region, household_id from changed
union
select t.region, t.household_id
from (
  select * from unnest(%(referring_regions)s::text[], %(signal_references)s::uuid[])
    as r (region, signal_reference)
  union
  select region, signal_reference from changed
) as s
join projections.timeline as t
  on t.region = s.region and t.signal_reference = s.signal_reference;

-- name: merge
update projections.household as h
set merged_into = n.merged_into
from unnest(%(regions)s::text[], %(household_ids)s::text[], %(merged_into)s::text[])
  as n (region, household_id, merged_into)
where h.region = n.region and h.household_id = n.household_id;
