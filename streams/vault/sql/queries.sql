-- name: find_identities
select v.region, v.kind, v.hmac, i.pid
  from unnest(%(regions)s::text[], %(kinds)s::text[], %(hmacs)b::bytea[])
    as v (region, kind, hmac)
 cross join lateral (
   select i.pid from vault.identity_index i
    where i.region = v.region and i.kind = v.kind
      and i.key_version = %(key_version)s and i.hmac = v.hmac
   offset 0) as i;

-- name: find_names
select v.region, v.hmac, n.pid, n.is_certain
  from unnest(%(regions)s::text[], %(hmacs)b::bytea[]) as v (region, hmac)
 cross join lateral (
   select i.pid, i.is_certain from vault.name_index i
    where i.region = v.region and i.key_version = %(key_version)s and i.hmac = v.hmac
    order by i.pid limit %(candidates_max)s) as n;

-- name: find_details
select d.region, d.pid, d.digest
  from unnest(%(regions)s::text[], %(pids)s::text[]) as v (region, pid)
 cross join lateral (
   select * from vault.person_detail d where d.region = v.region and d.pid = v.pid
   offset 0) as d;

-- name: read_person_keys
select p.region, p.pid, p.wrapped_key
  from unnest(%(regions)s::text[], %(pids)s::text[]) as v (region, pid)
 cross join lateral (
   select * from vault.person p where p.region = v.region and p.pid = v.pid
   offset 0) as p;

-- name: find_addresses
select a.hmac, a.token from vault.address_index a
 where a.region = %(region)s and a.key_version = %(key_version)s
   and a.hmac = any(%(hmacs)b::bytea[]);

-- name: known_addresses
select a.token from vault.address a
 where a.region = %(region)s and a.token = any(%(tokens)s::text[]);

-- name: copy_persons
copy vault.person (region, pid, kek_version, wrapped_key, created_at) from stdin;

-- name: copy_details
copy vault.person_detail (region, pid, digest, sealed, seen_at) from stdin;

-- name: copy_identities
copy vault.identity_index (region, kind, key_version, hmac, pid) from stdin;

-- name: insert_names
insert into vault.name_index (region, key_version, hmac, pid, is_certain)
select v.region, %(key_version)s, v.hmac, v.pid, v.is_certain
  from unnest(%(regions)s::text[], %(hmacs)b::bytea[], %(pids)s::text[], %(certain)s::bool[])
    as v (region, hmac, pid, is_certain)
on conflict do nothing;

-- name: copy_addresses
copy vault.address (region, token, kek_version, wrapped_key, sealed, created_at) from stdin;

-- name: copy_address_index
copy vault.address_index (region, key_version, hmac, token) from stdin;

-- name: insert_sealing_key
insert into vault.sealing_key
  (region, key_id, public_key, wrapped_private_key, kek_version, state)
values (%(region)s, %(key_id)s, %(public_key)s, %(wrapped)s, %(kek_version)s, 'active')
on conflict (region) where state = 'active' do nothing;

-- name: public_sealing_key
select key_id, public_key from vault.sealing_key
 where region = %(region)s and state = 'active';

-- name: private_sealing_keys
select key_id, wrapped_private_key from vault.sealing_key
 where region = %(region)s and state <> 'destroyed';
