-- name: find_residences
select r.region, r.address, r.household_id, r.position, r.is_shared, r.lives_from, r.lives_until
  from unnest(%(regions)s::text[], %(addresses)s::text[]) as v (region, address)
 cross join lateral (
   select * from admission.residence r
    where r.region = v.region and r.address = v.address
   offset 0) as r
 order by r.position, r.household_id;

-- name: save_residences
insert into admission.residence as r
  (region, address, household_id, position, is_shared, lives_from, lives_until)
select v.region, v.address, v.household_id, v.position, v.is_shared, v.lives_from, v.lives_until
  from unnest(%(regions)s::text[], %(addresses)s::text[], %(households)s::text[],
              %(positions)s::bigint[], %(shared)s::bool[], %(from_days)s::date[],
              %(until_days)s::date[])
    as v (region, address, household_id, position, is_shared, lives_from, lives_until)
on conflict (region, address, household_id) do update
  set is_shared = excluded.is_shared, lives_from = excluded.lives_from,
      lives_until = excluded.lives_until;
