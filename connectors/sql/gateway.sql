-- name: read_clocks
select region, mode, name, now, day, opened_at
  from admission.region_clock where region = any(%(regions)s);

-- name: reserve
-- One statement, so that it is all or nothing in one round trip.  An event that was published to
-- Kafka directly has no receipt of the gateway's yet; admission's own register then tells whether
-- this one is the same.  An id that somebody else reserves in this very instant is in neither
-- `standing` nor `inserted`: the caller asks again.
with offered as (
  select * from unnest(%(regions)s::text[], %(sources)s::text[], %(event_ids)s::text[],
                       %(receipt_ids)s::uuid[], %(digests)b::bytea[], %(record_names)s::text[],
                       %(topics)s::text[])
    as v (region, source, event_id, receipt_id, digest, record_name, topic)
), standing as (
  select o.receipt_id, r.received_at,
         coalesce(r.digest = o.digest, true) and coalesce(e.digest = o.digest, true) as is_same,
         r.acknowledged_at is not null or e.event_id is not null as is_acknowledged
    from offered o
    left join connectors.receipt r using (region, source, event_id)
    left join admission.event e using (region, source, event_id)
   where r.receipt_id is not null or e.event_id is not null
), inserted as (
  insert into connectors.receipt
    (region, source, event_id, receipt_id, digest, record_name, topic, partner)
  select region, source, event_id, receipt_id, digest, record_name, topic, %(partner)s
    from offered
   where not exists (select 1 from standing where not is_same)
   order by region, source, event_id
  on conflict (region, source, event_id) do nothing
  returning receipt_id, received_at
)
select o.receipt_id, coalesce(s.received_at, i.received_at), coalesce(s.is_same, true),
       coalesce(s.is_acknowledged, false)
  from offered o
  left join standing s using (receipt_id)
  left join inserted i using (receipt_id)
 where s.receipt_id is not null or i.receipt_id is not null;

-- name: acknowledge
-- Not flushed to disk before it returns: losing it costs a second copy on the topic, which
-- admission recognises, and nothing else.
with relaxed as (
  select set_config('synchronous_commit', 'off', true)
)
update connectors.receipt r
   set acknowledged_at = now(), "offset" = v."offset"
  from relaxed, unnest(%(receipt_ids)s::uuid[], %(offsets)s::bigint[]) as v (receipt_id, "offset")
 where r.receipt_id = v.receipt_id and r.acknowledged_at is null;

-- name: topic_of_event
select coalesce(r.topic, e.topic)
  from (select %(region)s::text as region, %(source)s::text as source,
               %(event_id)s::text as event_id) v
  left join connectors.receipt r using (region, source, event_id)
  left join admission.event e using (region, source, event_id);

-- name: find_receipt
select region, source, event_id, record_name, topic, "offset", received_at, acknowledged_at
  from connectors.receipt where receipt_id = %(receipt_id)s;

-- name: find_direct_receipt
select d.region, d.source, d.event_id, e.record_name
  from connectors.direct_receipt d
  left join admission.event e
    on e.region = d.region and e.source = d.source and e.event_id = d.event_id
 where d.receipt_id = %(receipt_id)s;

-- name: find_outcomes
-- By event, and by place: a record that could not be decoded has an outcome but no event id.
select topic, "offset", outcome, position, code, settled_at
  from engine.ledger
 where region = %(region)s
   and ((source = %(source)s and event_id = %(event_id)s)
     or (topic = %(topic)s and "offset" = %(offset)s))
 order by settled_at, topic, "offset";

-- name: read_stages
-- The oldest version that has passed the position is the one that people have been looking at.
select distinct on (i.stage) i.stage,
       (select p.committed_at from engine.progress p
         where p.region = i.region and p.topic = i.topic and p.stage = i.stage
           and p.version = i.version and p.position >= %(position)s
         order by p.position limit 1) as applied_at
  from engine.input i
 where i.region = %(region)s and i.topic = %(log_topic)s and i.position >= %(position)s
   and i.stage in ('radar', 'projections')
 order by i.stage, i.version;

-- name: unindexed_ledger
select l."offset", l.source, l.event_id
  from engine.ledger l
  left join connectors.direct_receipt_head h on h.region = l.region and h.topic = l.topic
 where l.region = %(region)s and l.topic = %(topic)s
   and l."offset" > coalesce(h."offset", -1)
 order by l."offset"
 limit %(limit)s;

-- name: insert_direct
insert into connectors.direct_receipt (receipt_id, region, source, event_id)
select v.receipt_id, %(region)s, v.source, v.event_id
  from unnest(%(receipt_ids)s::uuid[], %(sources)s::text[], %(event_ids)s::text[])
    as v (receipt_id, source, event_id)
on conflict (receipt_id) do nothing;

-- name: move_direct_head
insert into connectors.direct_receipt_head as h (region, topic, "offset")
values (%(region)s, %(topic)s, %(offset)s)
on conflict (region, topic) do update set "offset" = greatest(h."offset", excluded."offset");
