-- name: letters
select d.id, d.region, d.stage, d.topic, d."offset", d.code, d.status, d.attempts,
       d.first_seen, d.last_seen, d.size_bytes, encode(d.body_sha256, 'hex') as sha256,
       d.headers, d.body_sealed is not null as has_bytes, l.source, l.event_id
  from engine.dead_letter d
  left join engine.ledger l
    on l.region = d.region and l.topic = d.topic and l."offset" = d."offset"
 where (%(ids)s::uuid[] is null or d.id = any(%(ids)s::uuid[]))
   and (%(code)s::text is null or d.code = %(code)s)
   and (%(topic)s::text is null or d.topic = %(topic)s)
   and (%(region)s::text is null or d.region = %(region)s)
   and (%(status)s::text is null or d.status = %(status)s)
 order by d.region, d.first_seen, d.topic, d."offset"
 limit %(letters_max)s;

-- name: steps
select step, "offset", code, actor, at
  from engine.dead_letter_step where letter_id = %(id)s order by seq;

-- name: last_step
select coalesce(max(seq), 0) from engine.dead_letter_step;

-- name: done_since
select distinct letter_id from engine.dead_letter_step
 where letter_id = any(%(ids)s::uuid[]) and step = %(step)s and actor = %(actor)s
   and seq > %(since)s;

-- name: outcome
select outcome, code from engine.ledger
 where region = %(region)s and source = %(source)s and event_id = %(event_id)s;
