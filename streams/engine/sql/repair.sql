-- Written one by one, so that first_seen keeps the order within a unit.
-- name: insert_dead_letter
with kept as (
  insert into engine.dead_letter as d
    (id, stage, region, topic, "offset", code, body_sealed, envelope_sealed, body_sha256,
     size_bytes, headers, first_seen, last_seen)
  values
    (%(id)s, %(stage)s, %(region)s, %(topic)s, %(offset)s, %(code)s, %(body_sealed)s,
     %(envelope_sealed)s, %(sha256)s, %(size_bytes)s, %(headers)s, clock_timestamp(),
     clock_timestamp())
  on conflict (id) do update
    set code = excluded.code, attempts = d.attempts + 1, status = 'open',
        last_seen = excluded.last_seen
  returning d.id
)
insert into engine.dead_letter_step (letter_id, step, "offset", code)
select %(id)s, 'refused', %(offset)s, %(code)s from kept;

-- What was put back and fails again is the letter it was, unless somebody discarded that since.
-- name: reopen_dead_letter
with reopened as (
  update engine.dead_letter d
     set code = %(code)s, attempts = d.attempts + 1, last_seen = clock_timestamp(),
         status = case d.status when 'discarded' then d.status else 'open' end
   where d.id = %(reopens)s and d.stage = %(stage)s and d.region = %(region)s
     and d.topic = %(topic)s and d.body_sha256 = %(sha256)s
  returning d.id
)
insert into engine.dead_letter_step (letter_id, step, "offset", code)
select id, 'refused', %(offset)s, %(code)s from reopened;

-- name: redrive
with chosen as (
  update engine.dead_letter d set status = 'redriven'
   where d.id = any(%(ids)s::uuid[]) and d.stage = %(stage)s and d.region = %(region)s
     and d.status = 'open' and d.body_sealed is not null and d.size_bytes <= %(bytes_max)s
  returning d.id, d.topic, d."offset", d.first_seen, d.body_sealed, d.envelope_sealed
), noted as (
  insert into engine.dead_letter_step (letter_id, step, code, actor)
  select id, 'redriven', %(reason)s, %(actor)s from chosen
)
insert into engine.outbox
  (id, stage, region, reason, topic, partition, body_sealed, envelope_sealed)
select id, %(stage)s, %(region)s, 'redriven', topic, %(partition)s, body_sealed, envelope_sealed
  from chosen order by first_seen, topic, "offset";

-- name: discard
with chosen as (
  update engine.dead_letter d
     set status = 'discarded', body_sealed = null, envelope_sealed = null
   where d.id = any(%(ids)s::uuid[]) and d.region = %(region)s and d.status = 'open'
  returning d.id
)
insert into engine.dead_letter_step (letter_id, step, code, actor)
select id, 'discarded', %(reason)s, %(actor)s from chosen;

-- name: post
insert into engine.outbox
  (id, stage, region, reason, topic, partition, body_sealed, envelope_sealed)
values
  (%(id)s, %(stage)s, %(region)s, 're_routed', %(topic)s, %(partition)s, %(body_sealed)s,
   %(envelope_sealed)s);

-- name: waiting
select seq, id, reason, topic, partition, body_sealed, envelope_sealed
  from engine.outbox
 where stage = %(stage)s and region = %(region)s
 order by seq
 limit %(rows_max)s;

-- name: forget_posted
delete from engine.outbox where seq = any(%(seqs)s::bigint[]);

-- name: reveal
with noted as (
  insert into engine.dead_letter_step (letter_id, step, code, actor)
  select d.id, 'revealed', %(reason)s, %(actor)s
    from engine.dead_letter d
   where d.id = %(id)s and d.body_sealed is not null
  returning letter_id
)
select d.body_sealed, d.envelope_sealed
  from engine.dead_letter d join noted n on n.letter_id = d.id;
