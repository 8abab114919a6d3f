-- Keys are looked up one by one ("offset 0" keeps each lateral apart): on a young table the
-- planner knows nothing of its columns, and joins by reading the whole region instead.
-- name: find_references
select v.scope, v.token, r.household_id
  from unnest(%(scopes)s::text[], %(tokens)s::text[]) as v (scope, token)
 cross join lateral (
   select coalesce(h.merged_into, r.household_id) as household_id
     from admission.reference r
     join admission.household h on h.region = r.region and h.household_id = r.household_id
    where r.region = %(region)s and r.scope = v.scope and r.token = v.token
   offset 0) as r;

-- name: find_memberships
select v.pid, m.household_id
  from unnest(%(pids)s::text[]) as v (pid)
 cross join lateral (
   select coalesce(h.merged_into, m.household_id) as household_id
     from admission.membership m
     join admission.household h on h.region = m.region and h.household_id = m.household_id
    where m.region = %(region)s and m.pid = v.pid
      and m.position_to is null and m.valid_to is null
   offset 0) as m;

-- name: find_households
select h.household_id, h.founded_position from admission.household h
 where h.region = %(region)s and h.household_id = any(%(households)s::text[]);

-- name: find_event_households
select v.source, v.event_id, e.position, e.households
  from unnest(%(sources)s::text[], %(ids)s::text[]) as v (source, event_id)
 cross join lateral (
   select e.position, j.households
     from admission.event e
     join engine.journal j on j.region = e.region and j.position = e.position
    where e.region = %(region)s and e.source = v.source and e.event_id = v.event_id
   offset 0) as e;

-- name: copy_households
copy admission.household (region, household_id, founded_position, founded_at, source, event_id)
from stdin;

-- name: copy_references
copy admission.reference (region, scope, token, household_id, position) from stdin;

-- name: copy_memberships
copy admission.membership 
  (region, household_id, pid, role, valid_from, position_from, position_to)
from stdin;

-- name: copy_supports
copy admission.membership_support (region, position, household_id, pid, role, valid_from)
from stdin;

-- name: insert_reviews
insert into admission.review_entry
  (id, region, kind, source, event_id, household_ids, pids, known_at)
values (%s, %s, %s, %s, %s, %s, %s, %s)
on conflict (id) do nothing;
