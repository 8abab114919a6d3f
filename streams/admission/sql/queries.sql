-- name: read_clock
select mode, name, now, day, opened_at from admission.region_clock where region = %(region)s;

-- name: write_clocks
insert into admission.region_clock (region, mode, name, now, day, opened_at)
select * from unnest(%(regions)s::text[], %(modes)s::text[], %(names)s::text[],
                     %(nows)s::timestamptz[], %(days)s::date[], %(opened_ats)s::timestamptz[])
on conflict (region) do update
  set mode = excluded.mode, now = excluded.now, day = excluded.day;

-- name: find_events
select v.region, v.source, v.event_id, e.digest, e.position, e.topic, e."offset"
  from unnest(%(regions)s::text[], %(sources)s::text[], %(ids)s::text[])
    as v (region, source, event_id)
 cross join lateral (
   select e.digest, e.position, e.topic, e."offset" from admission.event e
    where e.region = v.region and e.source = v.source and e.event_id = v.event_id
   offset 0) as e;

-- name: copy_events
copy admission.event
  (region, source, event_id, record_name, digest, state, position, topic, "offset", first_seen_at)
from stdin;

-- name: apply_pending_events
update admission.event e set state = 'applied', position = v.position
  from unnest(%(sources)s::text[], %(ids)s::text[], %(positions)s::bigint[])
    as v (source, event_id, position)
 where e.region = %(region)s and e.source = v.source and e.event_id = v.event_id;

-- name: apply_pending_ledger
update engine.ledger l set outcome = 'applied', position = v.position, settled_at = now()
  from unnest(%(topics)s::text[], %(offsets)s::bigint[], %(positions)s::bigint[])
    as v (topic, "offset", position)
 where l.region = %(region)s and l.topic = v.topic and l."offset" = v."offset"
   and l.outcome = 'pending';

-- name: find_advice_events
select v.region, v.source, v.event_id, e.digest, e.position, %(topic)s::text, e."offset"
  from unnest(%(regions)s::text[], %(sources)s::text[], %(ids)s::text[])
    as v (region, source, event_id)
 cross join lateral (
   select e.digest, e.position, e."offset" from admission.advice_event e
    where e.region = v.region and e.source = v.source and e.event_id = v.event_id
   offset 0) as e;

-- name: copy_advice_events
copy admission.advice_event
  (region, source, event_id, record_name, digest, position, "offset")
from stdin;

-- name: last_advice_known_at
select a.known_at from engine.advice a
 where a.region = %(region)s order by a.position desc limit 1;
