-- Keys are looked up one by one ("offset 0" keeps each lateral apart): on a young table the
-- planner knows nothing of its columns, and joins by reading the whole region instead.
-- name: find_references
select v.region, v.scope, v.token, r.household_id
  from unnest(%(regions)s::text[], %(scopes)s::text[], %(tokens)s::text[])
    as v (region, scope, token)
 cross join lateral (
   select r.household_id from admission.reference r
    where r.region = v.region and r.scope = v.scope and r.token = v.token
   offset 0) as r;

-- name: find_memberships
select v.region, v.pid, m.household_id, m.hops
  from unnest(%(regions)s::text[], %(pids)s::text[]) as v (region, pid)
 cross join lateral (
   select m.household_id, m.hops from admission.membership m
    where m.region = v.region and m.pid = v.pid
      and m.position_to is null and m.valid_to is null
   offset 0) as m;

-- name: find_households
-- With those into which they went, up to the end: the old token keeps leading to the new one.
with recursive chain as (
  select h.region, h.household_id, h.founded_position, h.merged_into
    from unnest(%(regions)s::text[], %(households)s::text[]) as v (region, household_id)
   cross join lateral (
     select * from admission.household h
      where h.region = v.region and h.household_id = v.household_id
     offset 0) as h
  union
  select h.region, h.household_id, h.founded_position, h.merged_into
    from chain c
   cross join lateral (
     select * from admission.household h
      where h.region = c.region and h.household_id = c.merged_into
     offset 0) as h
)
select c.region, c.household_id, c.founded_position, c.merged_into, p.people
  from chain c
 cross join lateral (
   select count(*)::int as people from admission.membership m
    where m.region = c.region and m.household_id = c.household_id
      and m.position_to is null and m.valid_to is null) as p;

-- name: find_event_households
select v.source, v.event_id, e.position, e.households
  from unnest(%(sources)s::text[], %(ids)s::text[]) as v (source, event_id)
 cross join lateral (
   select e.position,
          case when m.moved_at is null then j.households
               else array_remove(array[m.joined_household], null) end as households
     from admission.event e
     join engine.journal j on j.region = e.region and j.position = e.position
     left join lateral (
       select m.moved_at, m.joined_household from admission.moved_event m
        where m.region = e.region and m.position = e.position
        order by m.moved_at desc limit 1) as m on true
    where e.region = %(region)s and e.source = v.source and e.event_id = v.event_id
   offset 0) as e;

-- name: copy_households
copy admission.household (region, household_id, founded_position, founded_at, source, event_id)
from stdin;

-- name: copy_references
copy admission.reference (region, scope, token, household_id, position) from stdin;

-- name: copy_memberships
copy admission.membership
  (region, household_id, pid, role, valid_from, hops, position_from, position_to, valid_to)
from stdin;

-- name: copy_supports
copy admission.membership_support (region, position, household_id, pid, role, valid_from, is_void)
from stdin;

-- name: insert_reviews
insert into admission.review_entry
  (id, region, kind, source, event_id, household_ids, pids, known_at)
values (%s, %s, %s, %s, %s, %s, %s, %s)
on conflict (id) do nothing;

-- name: find_refusals
select v.region, r.household_id, r.pid
  from unnest(%(regions)s::text[], %(pids)s::text[]) as v (region, pid)
  join admission.link_refusal r on r.region = v.region and r.pid = v.pid;

-- name: find_refused_by
select r.pid from admission.link_refusal r
 where r.region = %(region)s and r.household_id = %(household)s;

-- name: insert_refusals
insert into admission.link_refusal (region, household_id, pid)
select %(region)s, v.household_id, v.pid
  from unnest(%(households)s::text[], %(pids)s::text[]) as v (household_id, pid)
on conflict do nothing;

-- name: delete_refusals
with taken as (
  delete from admission.link_refusal r
   using unnest(%(households)s::text[], %(pids)s::text[], %(positions)s::bigint[])
      as v (household_id, pid, position)
   where r.region = %(region)s and r.household_id = v.household_id and r.pid = v.pid
  returning r.household_id, r.pid, v.position
)
update admission.membership m set position_to = t.position
  from taken t
 where m.region = %(region)s and m.household_id = t.household_id and m.pid = t.pid
   and m.valid_to is not null and m.position_to is null;

-- name: settle_reviews
update admission.review_entry e set state = v.state, settled_position = v.position
  from unnest(%(ids)s::uuid[], %(states)s::text[], %(positions)s::bigint[])
    as v (id, state, position)
 where e.region = %(region)s and e.id = v.id;

-- name: open_reviews_again
update admission.review_entry e set state = 'open', settled_position = null
 where e.region = %(region)s and e.settled_position = any(%(positions)s::bigint[]);
