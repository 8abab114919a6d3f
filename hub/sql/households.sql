-- name: clock
select mode, day, opened_at from admission.region_clock where region = %(region)s;

-- name: regions
select region from admission.region_clock order by region;

-- name: by_person
select region, household_id from admission.membership
 where pid = %(value)s and region = coalesce(%(region)s, region) and position_to is null
 group by region, household_id
 order by region, min(position_from), household_id;

-- name: by_reference
select region, household_id from admission.reference
 where region = %(region)s and scope = %(scope)s and token = %(token)s;

-- name: parked
select stage, position, code from engine.parked
 where region = %(region)s and household_id = %(household)s and until is null
 order by stage, position;
