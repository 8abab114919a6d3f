-- name: find_references
select r.scope, r.token, coalesce(h.merged_into, r.household_id)
  from unnest(%(scopes)s::text[], %(tokens)s::text[]) as v (scope, token)
  join admission.reference r
    on r.region = %(region)s and r.scope = v.scope and r.token = v.token
  join admission.household h on h.region = r.region and h.household_id = r.household_id;

-- name: find_memberships
select m.pid, coalesce(h.merged_into, m.household_id)
  from admission.membership m
  join admission.household h on h.region = m.region and h.household_id = m.household_id
 where m.region = %(region)s and m.pid = any(%(pids)s::text[])
   and m.position_to is null and m.valid_to is null;

-- name: find_households
select h.household_id, h.founded_position from admission.household h
 where h.region = %(region)s and h.household_id = any(%(households)s::text[]);

-- name: find_event_households
select e.source, e.event_id, e.position, j.households
  from unnest(%(sources)s::text[], %(ids)s::text[]) as v (source, event_id)
  join admission.event e
    on e.region = %(region)s and e.source = v.source and e.event_id = v.event_id
  join engine.journal j on j.region = e.region and j.position = e.position;

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
