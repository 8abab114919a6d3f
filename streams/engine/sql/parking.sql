-- name: load_parked
select log, household_id, position from engine.parked
 where stage = %(stage)s and version = %(version)s and region = %(region)s and until is null;

-- name: park
insert into engine.parked
  (id, stage, version, region, log, household_id, position, code, place)
select v.id, %(stage)s, %(version)s, %(region)s, %(log)s, v.household_id, %(position)s,
       %(code)s, %(place)s
  from unnest(%(ids)s::uuid[], %(household_ids)s::text[]) as v (id, household_id);

-- name: asked_for
select log, household_id from engine.parked
 where id = any(%(ids)s::uuid[]) and stage = %(stage)s and version = %(version)s
   and region = %(region)s and until is null
 order by log, household_id;

-- name: unpark
update engine.parked set until = %(until)s, redriven_at = clock_timestamp()
 where stage = %(stage)s and version = %(version)s and region = %(region)s and log = %(log)s
   and household_id = any(%(household_ids)s::text[]) and until is null;

-- name: failed_again
update engine.parked
   set attempts = attempts + 1, code = %(code)s, place = %(place)s, tried_at = clock_timestamp()
 where stage = %(stage)s and version = %(version)s and region = %(region)s and log = %(log)s
   and household_id = any(%(household_ids)s::text[]) and until is null;

-- name: households_of_journal
select position, households from engine.journal
 where region = %(region)s and position = any(%(positions)s::bigint[]);

-- name: households_of_findings
select position, array[household_id] from engine.findings
 where region = %(region)s and position = any(%(positions)s::bigint[]);
