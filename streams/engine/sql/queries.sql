-- name: claim_head
insert into engine.head as h (stage, version, region, epoch, worker)
values (%(stage)s, %(version)s, %(region)s, 1, %(worker)s)
on conflict (stage, version, region) do update
  set epoch = h.epoch + 1, worker = excluded.worker, claimed_at = now()
returning epoch, sequence;

-- name: claim_inputs
insert into engine.input as i (stage, version, region, topic, topic_id)
select %(stage)s, %(version)s, %(region)s, topic, topic_id
  from unnest(%(topics)s::text[], %(topic_ids)s::text[]) as v (topic, topic_id)
on conflict (stage, version, region, topic) do update set topic_id = i.topic_id
returning topic, topic_id, last_offset, incarnation, position;

-- name: claim_log
insert into engine.log_head as l (log, region)
values (%(log)s, %(region)s)
on conflict (log, region) do update set position = l.position
returning incarnation, position, relayed, relayed_offset;

-- name: read_lease
select h.epoch, h.sequence from engine.head h
 where h.stage = %(stage)s and h.version = %(version)s and h.region = %(region)s;

-- name: read_inputs
select topic, last_offset, incarnation, position from engine.input
 where stage = %(stage)s and version = %(version)s and region = %(region)s;

-- name: read_log_head
select incarnation, position from engine.log_head where log = %(log)s and region = %(region)s;

-- name: read_log_histories
select h.log, h.region, h.position, i.first_position, i.incarnation
  from unnest(%(logs)s::text[], %(regions)s::text[]) as v (log, region)
  join engine.log_head h on h.log = v.log and h.region = v.region
  left join engine.incarnation i on i.log = h.log and i.region = h.region
 order by h.log, h.region, i.incarnation;

-- name: raise_incarnation
update engine.log_head set incarnation = %(incarnation)s
 where log = %(log)s and region = %(region)s and incarnation < %(incarnation)s;

-- name: note_incarnation
insert into engine.incarnation (log, region, incarnation, first_position)
values (%(log)s, %(region)s, %(incarnation)s, %(first)s)
on conflict (log, region, incarnation) do nothing;

-- name: fence
update engine.head h set sequence = h.sequence + 1
  from unnest(%(regions)s::text[], %(epochs)s::bigint[], %(sequences)s::bigint[])
    as v (region, epoch, sequence)
 where h.stage = %(stage)s and h.version = %(version)s and h.region = v.region
   and h.epoch = v.epoch and h.sequence = v.sequence;

-- name: advance_inputs
update engine.input i
   set last_offset = v.last_offset, incarnation = v.incarnation, position = v.position,
       record_at = coalesce(to_timestamp(v.record_ms / 1000.0), i.record_at)
  from unnest(%(regions)s::text[], %(topics)s::text[], %(offsets)s::bigint[],
              %(incarnations)s::int[], %(positions)s::bigint[], %(record_ms)s::float8[])
    as v (region, topic, last_offset, incarnation, position, record_ms)
 where i.stage = %(stage)s and i.version = %(version)s
   and i.region = v.region and i.topic = v.topic;

-- name: advance_logs
update engine.log_head h set position = h.position + v.count
  from unnest(%(logs)s::text[], %(regions)s::text[], %(olds)s::bigint[], %(counts)s::bigint[])
    as v (log, region, old, count)
 where h.log = v.log and h.region = v.region and h.position = v.old
returning h.log, h.region, h.incarnation;

-- name: copy_ledger
copy engine.ledger (region, topic, "offset", outcome, position, code, source, event_id) from stdin;

-- name: store_relayed
update engine.log_head
   set relayed = greatest(relayed, %(relayed)s), relay_epoch = %(epoch)s,
       relayed_offset = greatest(relayed_offset, %(offset)s)
 where log = %(log)s and region = %(region)s and relay_epoch <= %(epoch)s;

-- name: blocking_backends
select pid from unnest(pg_blocking_pids(%(waiting)s)) as pid;

-- name: terminate_backend
select pg_terminate_backend(%(pid)s);

-- name: note_progress
insert into engine.progress (stage, version, region, topic, position)
select %(stage)s, %(version)s, region, topic, position
  from unnest(%(regions)s::text[], %(topics)s::text[], %(positions)s::bigint[])
    as v (region, topic, position)
 where position > 0
on conflict do nothing;

-- name: forget_progress
delete from engine.progress
 where stage = %(stage)s and region = any (%(regions)s)
   and committed_at < now() - interval '35 days';

-- name: discard_plans
discard plans;
