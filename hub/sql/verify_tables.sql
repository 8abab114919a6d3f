-- Read tables against the logs that they were made from, up to the position at which each group
-- of tables stands. Every answer but the counts ends with the number of all its rows.

-- name: timeline_counted
select count(*) from projections.timeline t where t.region = any(%(regions)s);

-- name: rearrangements
select j.region, j.row_version, j.body
  from projections.position p
  join engine.journal j on j.region = p.region and j.position <= p.position
 where p.projection = 'history' and p.log = 'journal' and p.region = any(%(regions)s)
   and j.record_name = 'HouseholdsRearranged'
 order by j.region, j.position;

-- name: timeline_missing
with moved as (
  select * from unnest(%(moved_regions)s::text[], %(moved_positions)s::bigint[],
                       %(moved_households)s::text[]) as m (region, position, household_id)
)
select j.region, j.position, coalesce(m.household_id, h.household_id) as household_id,
       count(*) over ()
  from projections.position p
  join engine.journal j on j.region = p.region and j.position <= p.position
 cross join lateral unnest(j.households) as h (household_id)
  left join moved m on m.region = j.region and m.position = j.position
  left join projections.timeline t
    on t.region = j.region and t.position = j.position
   and t.household_id = coalesce(m.household_id, h.household_id)
   and t.source = j.source and t.event_id = j.event_id
 where p.projection = 'history' and p.log = 'journal' and p.region = any(%(regions)s)
   and t.position is null
 order by j.region, j.position
 limit %(limit)s;

-- name: timeline_surplus
with moved as (
  select * from unnest(%(moved_regions)s::text[], %(moved_positions)s::bigint[],
                       %(moved_households)s::text[]) as m (region, position, household_id)
)
select t.region, t.position, t.household_id, count(*) over ()
  from projections.timeline t
  left join moved m on m.region = t.region and m.position = t.position
  left join engine.journal j
    on j.region = t.region and j.position = t.position
   and case when m.household_id is null then t.household_id = any(j.households)
            else t.household_id = m.household_id end
 where t.region = any(%(regions)s) and j.position is null
 order by t.region, t.position
 limit %(limit)s;

-- name: household_miscounted
with moved as (
  select * from unnest(%(moved_regions)s::text[], %(moved_positions)s::bigint[],
                       %(moved_households)s::text[]) as m (region, position, household_id)
), counted as (
  select j.region, coalesce(m.household_id, h.household_id) as household_id,
         count(distinct j.position) as events
    from projections.position p
    join engine.journal j on j.region = p.region and j.position <= p.position
   cross join lateral unnest(j.households) as h (household_id)
    left join moved m on m.region = j.region and m.position = j.position
   where p.projection = 'history' and p.log = 'journal' and p.region = any(%(regions)s)
   group by 1, 2
), told as (
  select h.region, h.household_id, h.events
    from projections.household h where h.region = any(%(regions)s)
)
select region, household_id, c.events as journal_events, t.events as told_events,
       count(*) over ()
  from counted c
  full join told t using (region, household_id)
 where c.events is distinct from t.events
 order by region, household_id
 limit %(limit)s;

-- name: event_missing
select l.region, l.position, l.record_name, count(*) over ()
  from projections.position p
  join {log} l on l.region = p.region and l.position <= p.position
  left join {event} e
    on e.region = l.region and e.source = l.source and e.event_id = l.event_id
   and e.position = l.position
 where p.projection = %(projection)s and p.log = %(log)s and p.region = any(%(regions)s)
   and e.position is null
 order by l.region, l.position
 limit %(limit)s;

-- name: event_surplus
select e.region, e.position, e.record_name, count(*) over ()
  from {event} e
  left join {log} l
    on l.region = e.region and l.position = e.position and l.source = e.source
   and l.event_id = e.event_id
 where e.region = any(%(regions)s) and l.position is null
 order by e.region, e.position
 limit %(limit)s;

-- name: corrections
select l.region, l.position, l.source, l.event_id, l.row_version, l.body
  from projections.position p
  join {log} l on l.region = p.region and l.position <= p.position
 where p.projection = %(projection)s and p.log = %(log)s and p.region = any(%(regions)s)
   and l.record_name = %(record_name)s
 order by l.region, l.position;

-- name: known_events
select l.region, l.source, l.event_id
  from unnest(%(of_regions)s::text[], %(sources)s::text[], %(event_ids)s::text[])
    as v (region, source, event_id)
  join projections.position p
    on p.region = v.region and p.projection = %(projection)s and p.log = %(log)s
  join {log} l
    on l.region = v.region and l.source = v.source and l.event_id = v.event_id
   and l.position <= p.position;

-- name: facts_counted
select count(*) from {fact} f where f.region = any(%(regions)s) and f.position_to is null;

-- name: fact_missing
-- A statement has at least one version, also when it never stood.
select l.region, l.position, count(*) over ()
  from projections.position p
  join {log} l on l.region = p.region and l.position <= p.position
 where p.projection = %(projection)s and p.log = %(log)s and p.region = any(%(regions)s)
   and l.record_name = %(record_name)s
   and not exists (
     select 1 from {fact} f where f.region = l.region and f.position = l.position
        and f.source = l.source and f.event_id = l.event_id)
 order by l.region, l.position
 limit %(limit)s;

-- name: fact_surplus
select f.region, f.position, count(*) over ()
  from {fact} f
  left join {log} l
    on l.region = f.region and l.position = f.position and l.source = f.source
   and l.event_id = f.event_id and l.record_name = %(record_name)s
 where f.region = any(%(regions)s) and l.position is null
 order by f.region, f.position
 limit %(limit)s;

-- name: fact_valid_differs
-- Of each chain, the highest statement that no correction voids stands now, and no other.
with void as (
  select * from unnest(%(void_regions)s::text[], %(void_sources)s::text[], %(void_ids)s::text[])
    as v (region, source, event_id)
), expected as (
  select distinct on (f.region, f.chain) f.region, f.chain, f.position
    from {fact} f
    left join void v
      on v.region = f.region and v.source = f.source and v.event_id = f.event_id
   where f.region = any(%(regions)s) and v.event_id is null
   order by f.region, f.chain, f.position desc
), standing as (
  select f.region, f.chain, f.position
    from {fact} f where f.region = any(%(regions)s) and f.position_to is null
)
select region, position, e.chain is not null as is_expected, s.chain is not null as is_standing,
       count(*) over ()
  from expected e
  full join standing s using (region, chain, position)
 where e.chain is null or s.chain is null
 order by region, position
 limit %(limit)s;

-- name: finding_rows
select f.region, f.position, f.household_id, f.finding_id, f.journal_position, f.row_version,
       f.body
  from engine.findings f
 where f.region = any(%(regions)s)
 order by f.region, f.position;

-- name: evidence_missing
select v.region, v.position, v.source, v.event_id
  from unnest(%(of_regions)s::text[], %(positions)s::bigint[], %(sources)s::text[],
              %(event_ids)s::text[]) as v (region, position, source, event_id)
  left join lateral (
    select j.position from engine.journal j
     where j.region = v.region and j.source = v.source and j.event_id = v.event_id
     limit 1) as j on true
 where j.position is null;

-- name: cause_missing
select v.region, v.position, v.journal_position
  from unnest(%(of_regions)s::text[], %(positions)s::bigint[], %(journal_positions)s::bigint[],
              %(sources)s::text[], %(event_ids)s::text[])
    as v (region, position, journal_position, source, event_id)
  left join lateral (
    select j.source, j.event_id from engine.journal j
     where j.region = v.region and j.position = v.journal_position
     limit 1) as j on true
 where j.source is distinct from v.source or j.event_id is distinct from v.event_id;

-- name: finding_view_differs
with said as (
  select distinct on (f.region, f.finding_id) f.region, f.finding_id, f.position
    from projections.position p
    join engine.findings f on f.region = p.region and f.position <= p.position
   where p.projection = 'findings' and p.log = 'findings' and p.region = any(%(regions)s)
   order by f.region, f.finding_id, f.position desc
), shown as (
  select v.region, v.finding_id, v.position
    from projections.finding v where v.region = any(%(regions)s)
)
select region, finding_id, a.position as said_position, b.position as shown_position,
       count(*) over ()
  from said a
  full join shown b using (region, finding_id)
 where a.position is distinct from b.position
 order by region, finding_id
 limit %(limit)s;

-- name: advices_counted
select count(*) from engine.advice a where a.region = any(%(regions)s);

-- name: advice_event_differs
select region, e.position as event_position, a.position as log_position, count(*) over ()
  from (select * from admission.advice_event where region = any(%(regions)s)) as e
  full join (select * from engine.advice where region = any(%(regions)s)) as a
    using (region, source, event_id)
 where e.position is distinct from a.position or e.record_name is distinct from a.record_name
 order by region, 2, 3
 limit %(limit)s;

-- name: advice_outcome_differs
select region, l.topic, l."offset", l.position as ledger_position, e.position as event_position,
       count(*) over ()
  from (select * from engine.ledger
         where region = any(%(regions)s) and topic = any(%(advice_topics)s)
           and outcome = 'applied') as l
  full join (select * from admission.advice_event where region = any(%(regions)s)) as e
    using (region, source, event_id)
 where l.position is distinct from e.position
 order by region, l.topic, l."offset"
 limit %(limit)s;

-- name: advice_columns
select c.table_schema || '.' || c.table_name as relation, c.column_name as column
  from information_schema.columns c
 where c.table_schema in ('engine', 'admission', 'radar', 'projections', 'query')
   and c.table_name like '%%advice%%'
   and c.column_name <> all(%(known)s)
 order by 1, 2;
