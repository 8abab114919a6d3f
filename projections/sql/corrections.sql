-- Events and corrections. {event} and {correction} are the journal's tables or the advice log's:
-- one set of questions, two walls. Each is asked for all regions of a unit at once.

-- name: insert_events
insert into {event} (region, source, event_id, position, known_at, record_name, chain)
select n.region, n.source, n.event_id, n.position, n.known_at, n.record_name, n.chain
from unnest(
  %(regions)s::text[], %(sources)s::text[], %(event_ids)s::text[], %(positions)s::bigint[],
  %(known_at)s::timestamptz[], %(record_names)s::text[], %(chains)s::text[]
) as n (region, source, event_id, position, known_at, record_name, chain)
on conflict (region, source, event_id) do nothing
returning region, position;

-- name: corrected_events
-- From the given events that are corrections, or that replace a corrected event, up to the end.
with recursive given as (
  select * from unnest(%(regions)s::text[], %(sources)s::text[], %(event_ids)s::text[])
    as g (region, source, event_id)
), corrected (region, source, event_id) as (
  (
    select c.region, c.source, c.target_event_id
    from given as g
    join {correction} as c
      on c.region = g.region and c.source = g.source and c.event_id = g.event_id
    union
    select c.region, c.source, c.target_event_id
    from given as g
    join {correction} as c
      on c.region = g.region and c.source = g.source and c.replacement_event_id = g.event_id
  )
  union
  select c.region, c.source, c.target_event_id
  from corrected as u
  join {correction} as c
    on c.region = u.region and c.source = u.source and c.event_id = u.event_id
)
select e.region, e.source, e.event_id, e.record_name, e.chain
from corrected as u
join {event} as e on e.region = u.region and e.source = u.source and e.event_id = u.event_id;

-- name: correction_trees
-- The corrections of the given events, of those corrections, and so on down.
with recursive tree as (
  select c.region, c.source, c.event_id, c.position, c.known_at, c.target_event_id, c.kind,
    c.replacement_event_id
  from unnest(%(regions)s::text[], %(sources)s::text[], %(event_ids)s::text[])
    as g (region, source, event_id)
  join {correction} as c
    on c.region = g.region and c.source = g.source and c.target_event_id = g.event_id
  union
  select c.region, c.source, c.event_id, c.position, c.known_at, c.target_event_id, c.kind,
    c.replacement_event_id
  from tree as t
  join {correction} as c
    on c.region = t.region and c.source = t.source and c.target_event_id = t.event_id
)
select t.region, t.source, t.event_id, t.position, t.known_at, t.target_event_id, t.kind,
  r.position, r.known_at
from tree as t
left join {event} as r
  on r.region = t.region and r.source = t.source and r.event_id = t.replacement_event_id;

-- name: mark_voided
update {event} as e
set voided_by = n.voided_by
from unnest(
  %(regions)s::text[], %(sources)s::text[], %(event_ids)s::text[], %(voided_by)s::text[]
) as n (region, source, event_id, voided_by)
where e.region = n.region and e.source = n.source and e.event_id = n.event_id
  and e.voided_by is distinct from n.voided_by;

-- name: take_versions
-- Removes every version of these chains and returns what they state; {columns} are the fact's own.
delete from {fact} as f
using unnest(%(regions)s::text[], %(chains)s::text[]) as n (region, chain)
where f.region = n.region and f.chain = n.chain
returning f.region, f.chain, f.position, f.source, f.event_id, f.event_known_at, {columns};
