-- name: rows_of_household
-- The journal rows that count in a household now: those it was given, less those that left, and
-- those that came. Rows of several households (decisions) never move.
with named as (
  select j.position from engine.journal j
   where j.region = %(region)s and j.households = array[%(household)s::text]
     and j.households @> array[%(household)s::text]
     and j.record_name <> 'HouseholdsRearranged'
  union
  select m.position from admission.moved_event m
   where m.region = %(region)s and m.joined_household = %(household)s
)
select j.position, j.body
  from named n
  join engine.journal j on j.region = %(region)s and j.position = n.position
  left join lateral (
    select m.moved_at, m.joined_household from admission.moved_event m
     where m.region = %(region)s and m.position = n.position
     order by m.moved_at desc limit 1) as m on true
 where m.moved_at is null or m.joined_household = %(household)s
 order by j.position;

-- name: last_home
-- Where a row counts nowhere now, and the household that it left for that.
select m.joined_household is null, m.left_household
  from admission.moved_event m
 where m.region = %(region)s and m.position = %(position)s
 order by m.moved_at desc limit 1;

-- name: members_of_household
select distinct m.pid from admission.membership m
 where m.region = %(region)s and m.household_id = %(household)s
   and m.position_to is null and m.valid_to is null;

-- name: references_of_household
select r.scope, r.token from admission.reference r
 where r.region = %(region)s and r.household_id = %(household)s;

-- name: find_arrangements
select a.kind, a.kept, a.other, a.moved_at, a.is_undone
  from admission.arrangement a
 where a.region = %(region)s and a.position = %(position)s
 order by a.number;

-- name: copy_moved
copy admission.moved_event (region, position, moved_at, left_household, joined_household)
from stdin;

-- name: copy_arrangements
copy admission.arrangement
  (region, position, number, kind, kept, other, moved_at, is_undone)
from stdin;

-- name: delete_arrangements
delete from admission.arrangement a
 where a.region = %(region)s and a.position = any(%(positions)s::bigint[]);

-- name: moved_by
select m.position from admission.moved_event m
 where m.region = %(region)s and m.moved_at = %(at)s
   and m.left_household = %(left)s and m.joined_household = %(joined)s;

-- name: move_references
update admission.reference r set household_id = v.household_id
  from unnest(%(scopes)s::text[], %(tokens)s::text[], %(households)s::text[])
    as v (scope, token, household_id)
 where r.region = %(region)s and r.scope = v.scope and r.token = v.token;

-- name: merge_households
update admission.household h set merged_into = v.merged_into
  from unnest(%(households)s::text[], %(merged)s::text[]) as v (household_id, merged_into)
 where h.region = %(region)s and h.household_id = v.household_id;

-- name: moved_homes
select distinct on (m.position) m.position, m.joined_household
  from admission.moved_event m
 where m.region = %(region)s and m.position = any(%(positions)s::bigint[])
 order by m.position, m.moved_at desc;

-- name: row_at
select j.body from engine.journal j
 where j.region = %(region)s and j.position = %(position)s;

-- name: decisions_on
select a.position from admission.arrangement a
 where a.region = %(region)s and a.kind = 'split' and a.other = %(household)s
   and not a.is_undone;
