-- name: parked
select p.id, p.stage, p.region, p.log, p.household_id, p.position, p.code, p.place, p.attempts,
       p.parked_at, p.tried_at
  from engine.parked p
 where p.until is null
   and (%(ids)s::uuid[] is null or p.id = any(%(ids)s::uuid[]))
   and (%(stage)s::text is null or p.stage = %(stage)s)
   and (%(region)s::text is null or p.region = %(region)s)
   and (%(code)s::text is null or p.code = %(code)s)
 order by p.region, p.stage, p.log, p.position, p.household_id
 limit %(households_max)s;

-- name: stages_behind
-- Stages that have not read the row yet in which somebody asked for what they parked.
select distinct p.stage
  from engine.parked p
  join engine.ledger l
    on l.region = p.region and l.source = %(source)s and l.event_id = %(event_id)s
  left join engine.input i
    on i.stage = p.stage and i.version = p.version and i.region = p.region
   and i.topic = 'vt.journal.v1' and i.position >= l.position
 where p.id = any(%(ids)s::uuid[]) and i.stage is null
 order by p.stage;

-- name: redriven
select id from engine.parked where id = any(%(ids)s::uuid[]) and until is not null;
