-- name: find_sightings
select s.pid, s.household_id, s.role, s.order_id, s.seen_on, s.source, s.event_id, s.position
  from admission.sighting s
 where s.region = %(region)s and s.pid = any(%(pids)s::text[]) and not s.is_void
 order by s.position;

-- name: copy_sightings
copy admission.sighting
  (region, pid, household_id, role, order_id, seen_on, source, event_id, position)
from stdin;

-- name: mark_sightings
update admission.sighting s set is_void = v.is_void
  from unnest(%(positions)s::bigint[], %(voids)s::bool[]) as v (position, is_void)
 where s.region = %(region)s and s.position = v.position;
