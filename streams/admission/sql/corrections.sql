-- name: find_corrections
-- Who is a target is asked for by the events that correct it, or that are it; anybody else by the
-- corrections that it replaces for.
with recursive asked as (
  select * from unnest(%(regions)s::text[], %(sources)s::text[], %(ids)s::text[],
                       %(targets)s::bool[]) as v (region, source, event_id, is_target)
), chain as (
  select c.region, c.source, c.event_id, c.kind, c.target_event_id, c.replacement_event_id,
         c.position
    from asked v
    join admission.correction c
      on c.region = v.region and c.source = v.source and c.replacement_event_id = v.event_id
   where not v.is_target
  union
  select c.region, c.source, c.event_id, c.kind, c.target_event_id, c.replacement_event_id,
         c.position
    from asked v
    join admission.correction c
      on c.region = v.region and c.source = v.source
     and v.event_id in (c.target_event_id, c.event_id)
   where v.is_target
  union
  select c.region, c.source, c.event_id, c.kind, c.target_event_id, c.replacement_event_id,
         c.position
    from chain h
    join admission.correction c
      on c.region = h.region and c.source = h.source
     and (c.event_id = h.target_event_id
          or c.target_event_id in (h.event_id, h.target_event_id))
)
select region, source, event_id, kind, target_event_id, replacement_event_id, position from chain;

-- name: copy_corrections
copy admission.correction
  (region, source, event_id, kind, target_event_id, replacement_event_id, position)
from stdin;

-- name: find_supports
with people as (
  select s.household_id, s.pid from admission.membership_support s
   where s.region = %(region)s and s.position = any(%(positions)s::bigint[])
  union
  select s.household_id, s.pid from admission.membership_support s
   where s.region = %(region)s and s.pid = any(%(pids)s::text[])
)
select s.position, s.household_id, s.pid, s.role, s.valid_from, s.is_void
  from people p
  join admission.membership_support s
    on s.region = %(region)s and s.pid = p.pid and s.household_id = p.household_id;

-- name: mark_supports
update admission.membership_support s set is_void = v.is_void
  from unnest(%(positions)s::bigint[], %(voids)s::bool[]) as v (position, is_void)
 where s.region = %(region)s and s.position = v.position;

-- name: find_supports_of
with people as (
  select distinct s.pid from admission.membership_support s
   where s.region = %(region)s and s.household_id = %(household)s
)
select s.position, s.household_id, s.pid, s.role, s.valid_from, s.is_void
  from people p
  join admission.membership_support s on s.region = %(region)s and s.pid = p.pid;

-- name: take_supports
delete from admission.membership_support s
 using unnest(%(households)s::text[], %(pids)s::text[], %(positions)s::bigint[])
    as v (household_id, pid, position)
 where s.region = %(region)s and s.position = v.position and s.pid = v.pid
   and s.household_id = v.household_id;

-- name: close_memberships
-- What ended on a day stays known as such: the row without an end closes, one with it follows.
with closed as (
  update admission.membership m set position_to = v.position
    from unnest(%(households)s::text[], %(pids)s::text[], %(positions)s::bigint[],
                %(days)s::date[]) as v (household_id, pid, position, day)
   where m.region = %(region)s and m.pid = v.pid and m.household_id = v.household_id
     and m.position_to is null and m.valid_to is null and m.position_from < v.position
  returning m.region, m.household_id, m.pid, m.role, m.valid_from, v.day, v.position
)
insert into admission.membership
  (region, household_id, pid, role, valid_from, valid_to, position_from)
select region, household_id, pid, role, valid_from, day, position
  from closed where day > valid_from;
