-- name: find_waiting
select p.region, p.seq, p.source, p.event_id, p.draft, p.known_at
  from (select distinct k.region, k.source, k.event_id
          from unnest(%(regions)s::text[], %(keys)s::text[]) as v (region, key)
         cross join lateral (
           select k.region, k.source, k.event_id from admission.pending_key k
            where k.region = v.region and k.key = v.key
           offset 0) as k) as w
 cross join lateral (
   select * from admission.pending p
    where p.region = w.region and p.source = w.source and p.event_id = w.event_id
   offset 0) as p
 order by p.seq;

-- name: all_waiting
select p.seq, p.draft, p.known_at from admission.pending p
 where p.region = %(region)s
 order by p.seq;

-- name: copy_pending
copy admission.pending (region, source, event_id, draft, known_at) from stdin;

-- name: copy_pending_keys
copy admission.pending_key (region, key, source, event_id) from stdin;

-- name: delete_pending
delete from admission.pending p
 using unnest(%(sources)s::text[], %(ids)s::text[]) as v (source, event_id)
 where p.region = %(region)s and p.source = v.source and p.event_id = v.event_id;

-- name: delete_pending_keys
delete from admission.pending_key p
 using unnest(%(sources)s::text[], %(ids)s::text[], %(keys)s::text[]) as v (source, event_id, key)
 where p.region = %(region)s and p.key = v.key
   and p.source = v.source and p.event_id = v.event_id;

-- name: review_overdue_pending
update admission.pending p set is_reviewed = true
 where p.region = %(region)s and not p.is_reviewed and p.known_at < %(before)s
returning p.source, p.event_id;
