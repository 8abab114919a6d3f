-- name: region_of_household
select h.region from admission.household h where h.household_id = %(household)s;

-- name: current_household
with recursive chain as (
  select h.household_id, h.merged_into from admission.household h
   where h.region = %(region)s and h.household_id = %(household)s
  union
  select h.household_id, h.merged_into
    from chain c
    join admission.household h on h.region = %(region)s and h.household_id = c.merged_into
)
select household_id from chain where merged_into is null;

-- name: members
select distinct m.pid from admission.membership m
 where m.region = %(region)s and m.household_id = %(household)s
   and m.position_to is null and m.valid_to is null;

-- name: households_of
select distinct m.household_id from admission.membership m
 where m.region = %(region)s and m.pid = %(pid)s
   and m.position_to is null and m.valid_to is null
 order by m.household_id;

-- name: outcome
select l.outcome, l.code, l.position from engine.ledger l
 where l.region = %(region)s and l.source = %(source)s and l.event_id = %(event_id)s
 order by l.outcome = 'duplicate';

-- name: row
select j.body from engine.journal j
 where j.region = %(region)s and j.position = %(position)s;

-- name: decision
select e.region, e.record_name, e.position from admission.event e
 where e.source = %(source)s and e.event_id = %(event_id)s;

-- name: reviews
select e.id, e.region, e.kind, e.state, e.known_at, e.household_ids, e.pids, e.source, e.event_id,
       j.position
  from admission.review_entry e
  left join admission.event j
    on j.region = e.region and j.source = e.source and j.event_id = e.event_id
 where (%(id)s::uuid is null or e.id = %(id)s)
   and (%(region)s::text is null or e.region = %(region)s)
   and (%(kind)s::text is null or e.kind = %(kind)s)
   and (%(state)s::text is null or e.state = %(state)s)
 order by e.region, e.known_at, e.id
 limit %(entries_max)s;
