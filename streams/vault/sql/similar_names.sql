-- name: find_born
-- Those without a number first: somebody with one is compared with them only.
select v.hmac, n.pid, n.is_certain
  from unnest(%(hmacs)s::bytea[]) as v (hmac)
 cross join lateral (
   select i.pid, i.is_certain from vault.birth_index i
    where i.region = %(region)s and i.key_version = %(key_version)s and i.hmac = v.hmac
    order by i.is_certain, i.pid limit %(candidates_max)s) as n;

-- name: find_statements
select d.pid, d.sealed, p.wrapped_key
  from vault.person_detail d
  join vault.person p on p.region = d.region and p.pid = d.pid
 where d.region = %(region)s and d.pid = any(%(pids)s::text[]) and p.wrapped_key is not null
 order by d.pid, d.digest;

-- name: insert_born
insert into vault.birth_index (region, key_version, hmac, pid, is_certain)
select %(region)s, %(key_version)s, v.hmac, v.pid, v.is_certain
  from unnest(%(hmacs)s::bytea[], %(pids)s::text[], %(certain)s::bool[])
    as v (hmac, pid, is_certain)
on conflict do nothing;
