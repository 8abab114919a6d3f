-- name: find_sightings
select s.region, s.pid, s.household_id, s.role, s.order_id, s.seen_on, s.source, s.event_id,
       s.position, s.is_void
  from unnest(%(regions)s::text[], %(pids)s::text[]) as v (region, pid)
 cross join lateral (
   select * from admission.sighting s
    where s.region = v.region and s.pid = v.pid
   offset 0) as s
 order by s.position, s.household_id;

-- name: copy_sightings
copy admission.sighting
  (region, pid, household_id, role, order_id, seen_on, source, event_id, position)
from stdin;

-- name: mark_sightings
update admission.sighting s set is_void = v.is_void
  from unnest(%(positions)s::bigint[], %(voids)s::bool[]) as v (position, is_void)
 where s.region = %(region)s and s.position = v.position;

-- name: find_told
select t.position, t.pid, t.sighting_position, t.household_id
  from admission.told_sighting t
 where t.region = %(region)s and t.pid = any(%(pids)s::text[])
 order by t.position;

-- name: people_seen_at
select distinct s.pid from admission.sighting s
 where s.region = %(region)s and s.position = any(%(positions)s::bigint[]);

-- name: delete_told
delete from admission.told_sighting t
 where t.region = %(region)s and t.position = any(%(positions)s::bigint[]);

-- name: copy_told
copy admission.told_sighting (region, position, pid, sighting_position, household_id) from stdin;

-- name: move_sightings
update admission.sighting s set household_id = v.joined
  from unnest(%(positions)s::bigint[], %(lefts)s::text[], %(joineds)s::text[])
    as v (position, left_household, joined)
 where s.region = %(region)s and s.position = v.position and s.household_id = v.left_household;
