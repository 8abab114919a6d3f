-- Events and corrections. {event} and {correction} are the journal's tables or the advice log's:
-- one set of questions, two walls.

-- name: insert_events
insert into {event} (region, source, event_id, position, known_at, record_name, chain)
select %(region)s, n.source, n.event_id, n.position, n.known_at, n.record_name, n.chain
from unnest(
  %(sources)s::text[], %(event_ids)s::text[], %(positions)s::bigint[],
  %(known_at)s::timestamptz[], %(record_names)s::text[], %(chains)s::text[]
) as n (source, event_id, position, known_at, record_name, chain)
on conflict (region, source, event_id) do nothing
returning position;

-- name: corrected_events
-- From the given events that are corrections, or that replace a corrected event, up to the end.
with recursive given as (
  select * from unnest(%(sources)s::text[], %(event_ids)s::text[]) as g (source, event_id)
), corrected (source, event_id) as (
  (
    select c.source, c.target_event_id
    from given as g
    join {correction} as c
      on c.region = %(region)s and c.source = g.source and c.event_id = g.event_id
    union
    select c.source, c.target_event_id
    from given as g
    join {correction} as c
      on c.region = %(region)s and c.source = g.source and c.replacement_event_id = g.event_id
  )
  union
  select c.source, c.target_event_id
  from corrected as u
  join {correction} as c
    on c.region = %(region)s and c.source = u.source and c.event_id = u.event_id
)
select e.source, e.event_id, e.position, e.known_at, e.record_name, e.chain
from corrected as u
join {event} as e on e.region = %(region)s and e.source = u.source and e.event_id = u.event_id
order by e.position;

-- name: correction_trees
-- The corrections of the given events, of those corrections, and so on down.
with recursive tree as (
  select c.source, c.event_id, c.position, c.known_at, c.target_event_id, c.kind,
    c.replacement_event_id
  from unnest(%(sources)s::text[], %(event_ids)s::text[]) as g (source, event_id)
  join {correction} as c
    on c.region = %(region)s and c.source = g.source and c.target_event_id = g.event_id
  union
  select c.source, c.event_id, c.position, c.known_at, c.target_event_id, c.kind,
    c.replacement_event_id
  from tree as t
  join {correction} as c
    on c.region = %(region)s and c.source = t.source and c.target_event_id = t.event_id
)
select t.source, t.event_id, t.position, t.known_at, t.target_event_id, t.kind, r.position,
  r.known_at
from tree as t
left join {event} as r
  on r.region = %(region)s and r.source = t.source and r.event_id = t.replacement_event_id;

-- name: mark_voided
update {event} as e
set voided_by = n.voided_by
from unnest(%(sources)s::text[], %(event_ids)s::text[], %(voided_by)s::text[])
  as n (source, event_id, voided_by)
where e.region = %(region)s and e.source = n.source and e.event_id = n.event_id
  and e.voided_by is distinct from n.voided_by;

-- name: select_versions
-- One row for each event of the chains; {columns} are the fact's own.
select distinct on (chain, position) chain, position, source, event_id, event_known_at, {columns}
from {fact}
where region = %(region)s and chain = any(%(chains)s::text[])
order by chain, position;

-- name: delete_versions
delete from {fact} where region = %(region)s and chain = any(%(chains)s::text[]);
