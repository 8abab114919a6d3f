-- Questions of conservation. Every answer ends with the number of all its rows, so that a list
-- that stops at the first {limit} still says how many there are. {log}, {fact} and {event} are
-- tables of the same form; regions without an offset or a position are simply not in the answer.

-- name: plan_for_whole_tables
-- Nearly every question compares all of one table with all of another, where the planner's guess
-- (few rows of a young table) looks each row up by itself: five times slower when tried. Questions
-- about some keys are lateral, which leaves no other plan than looking up.
select set_config('enable_nestloop', 'off', true), set_config('work_mem', '64MB', true),
       set_config('jit', 'off', true);

-- name: inputs
-- How far the newest version of each stage has read.
select distinct on (i.stage, i.region, i.topic) i.stage, i.region, i.topic, i.last_offset,
       i.position
  from engine.input i
 where i.region = any(%(regions)s)
 order by i.stage, i.region, i.topic, i.version desc;

-- name: ledger_counts
-- `floor` is the first offset looked at, `consumed` the last one that the stage has read.
select v.region, v.topic, c.inside, c.last
  from unnest(%(of_regions)s::text[], %(topics)s::text[], %(floors)s::bigint[],
              %(consumed)s::bigint[]) as v (region, topic, floor, consumed)
 cross join lateral (
   select count(*) filter (where l."offset" <= v.consumed) as inside, max(l."offset") as last
     from engine.ledger l
    where l.region = v.region and l.topic = v.topic and l."offset" >= v.floor) as c;

-- name: ledger_gaps
select g.region, g.topic, g.before + 1 as first, g.following - 1 as last
  from (
    select %(region)s::text as region, %(topic)s::text as topic, o."offset" as before,
           lead(o."offset", 1, %(consumed)s::bigint + 1) over (order by o."offset") as following
      from (select %(floor)s::bigint - 1 as "offset"
            union all
            select l."offset" from engine.ledger l
             where l.region = %(region)s and l.topic = %(topic)s
               and l."offset" between %(floor)s and %(consumed)s) as o) as g
 where g.following > g.before + 1
 order by g.before
 limit %(limit)s;

-- name: receipts_counted
select count(*) from connectors.receipt r
 where r.region = any(%(regions)s) and r.acknowledged_at is not null
   and r.received_at >= now() - make_interval(days => %(days)s);

-- name: receipts_without_outcome
-- By place, because what cannot be decoded has no event id; and by event, because one that was
-- sent twice is accounted for when either copy is.
select r.region, r.topic, r."offset", r.receipt_id,
       extract(epoch from now() - r.acknowledged_at)::float8 as age_seconds, count(*) over ()
  from connectors.receipt r
 where r.region = any(%(regions)s) and r.acknowledged_at is not null
   and r.received_at >= now() - make_interval(days => %(days)s)
   and not exists (
     select 1 from engine.ledger l
      where l.region = r.region and l.topic = r.topic and l."offset" = r."offset"
        and (l.event_id is null or (l.source = r.source and l.event_id = r.event_id)))
   and not exists (
     select 1 from engine.ledger l
      where l.region = r.region and l.source = r.source and l.event_id = r.event_id)
 order by r.acknowledged_at;

-- name: applied_twice
select l.region, l.source, l.event_id, array_agg(l.topic) as topics,
       array_agg(l."offset") as offsets, count(*) over ()
  from unnest(%(of_regions)s::text[], %(topics)s::text[], %(floors)s::bigint[])
    as v (region, topic, floor)
  join engine.ledger l
    on l.region = v.region and l.topic = v.topic and l."offset" >= v.floor
 where l.outcome in ('applied', 'pending')
 group by l.region, l.source, l.event_id
having count(*) > 1
 limit %(limit)s;

-- name: events_counted
select count(*) from admission.event e where e.region = any(%(regions)s);

-- name: event_without_outcome
select e.region, e.topic, e."offset", e.position, e.state, l.outcome, count(*) over ()
  from admission.event e
  left join engine.ledger l
    on l.region = e.region and l.topic = e.topic and l."offset" = e."offset"
 where e.region = any(%(regions)s)
   and (l.outcome is distinct from e.state or l.position is distinct from e.position
        or l.source is distinct from e.source or l.event_id is distinct from e.event_id)
   -- A row that came back after a restore stands there before its record was read once more.
   and (l.outcome is not null or e."offset" <= coalesce(
     (select i.last_offset from engine.input i
       where i.stage = 'admission' and i.region = e.region and i.topic = e.topic
       order by i.version desc limit 1), e."offset"))
 order by e.region, e.topic, e."offset"
 limit %(limit)s;

-- name: outcome_without_event
select l.region, l.topic, l."offset", l.position, l.outcome, count(*) over ()
  from engine.ledger l
  left join admission.event e
    on e.region = l.region and e.source = l.source and e.event_id = l.event_id
 where l.region = any(%(regions)s) and l.outcome in ('applied', 'pending')
   and l.topic = any(%(journal_topics)s) and e.event_id is null
 order by l.region, l.topic, l."offset"
 limit %(limit)s;

-- name: event_without_row
select e.region, e.position, e.topic, e."offset", count(*) over ()
  from admission.event e
  left join engine.journal j on j.region = e.region and j.position = e.position
 where e.region = any(%(regions)s) and e.state = 'applied'
   and (j.source is distinct from e.source or j.event_id is distinct from e.event_id
        or j.record_name is distinct from e.record_name)
 order by e.region, e.position
 limit %(limit)s;

-- name: row_without_event
-- What the hub derives itself was never received, so no event stands for it.
select j.region, j.position, j.record_name, count(*) over ()
  from engine.journal j
  left join admission.event e
    on e.region = j.region and e.source = j.source and e.event_id = j.event_id
 where j.region = any(%(regions)s) and j.record_name <> all(%(derived)s)
   and e.position is distinct from j.position
 order by j.region, j.position
 limit %(limit)s;

-- name: row_twice
select l.region, l.source, l.event_id, array_agg(l.position) as positions,
       count(*) over ()
  from {log} l
 where l.region = any(%(regions)s)
 group by l.region, l.source, l.event_id
having count(*) > 1
 limit %(limit)s;

-- name: log_counts
-- Of the newest rows of each region: how many stand there, and the last position of all.
select h.region, h.position as head, least(h.position, %(newest)s) as wanted, c.found, c.last
  from engine.log_head h
 cross join lateral (
   select count(*) filter (where l.position <= h.position) as found, max(l.position) as last
     from {log} l
    where l.region = h.region and l.position > h.position - %(newest)s) as c
 where h.log = %(log)s and h.region = any(%(regions)s);

-- name: log_without_head
select l.region, max(l.position) as position, count(*) over ()
  from {log} l
 where l.region = any(%(regions)s) and not exists (
   select 1 from engine.log_head h where h.log = %(log)s and h.region = l.region)
 group by l.region
 limit %(limit)s;

-- name: log_gaps
select g.region, g.before + 1 as first, g.following - 1 as last
  from (
    select %(region)s::text as region, p.position as before,
           lead(p.position, 1, %(head)s::bigint + 1) over (order by p.position) as following
      from (select %(head)s::bigint - %(wanted)s::bigint as position
            union all
            select l.position from {log} l
             where l.region = %(region)s
               and l.position > %(head)s::bigint - %(wanted)s::bigint
               and l.position <= %(head)s) as p) as g
 where g.following > g.before + 1
 order by g.before
 limit %(limit)s;

-- name: readers
-- The newest version of each stage that reads logs, and each group of read tables.
select r.reader, r.region, r.position, coalesce(h.position, 0) as head
  from (
    select distinct on (i.stage, i.region, i.topic) i.stage as reader, i.region, i.topic,
           i.position
      from engine.input i
     where i.topic = any(%(log_topics)s) and i.region = any(%(regions)s)
     order by i.stage, i.region, i.topic, i.version desc) as r
  join unnest(%(log_topics)s::text[], %(logs)s::text[]) as n (topic, log) on n.topic = r.topic
  left join engine.log_head h on h.log = n.log and h.region = r.region
union all
select 'projections.' || p.projection, p.region, p.position, coalesce(h.position, 0)
  from projections.position p
  left join engine.log_head h on h.log = p.log and h.region = p.region
 where p.region = any(%(regions)s)
 order by 2, 1;
