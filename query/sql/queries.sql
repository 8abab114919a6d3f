-- Every read of the pages. One page reads in one snapshot, so that its parts agree.

-- name: begin_snapshot
set transaction isolation level repeatable read, read only;
set local statement_timeout = '5s'

-- name: regions
select region as code, name, clock_mode, now, day,
       journal_position, projected_position, projected_at,
       (select count(*)::int from projections.parked_view p where p.region = r.region) as parked
  from projections.region_view r
 order by name, region

-- name: region
select region as code, name, clock_mode, now, day,
       journal_position, projected_position, projected_at,
       (select count(*)::int from projections.parked_view p where p.region = r.region) as parked
  from projections.region_view r
 where region = %(region)s

-- name: radar_levels
select highest_level as level, count(*)::int as households
  from projections.radar_list_view
 where region = %(region)s
   and (%(rule)s::text is null or %(rule)s::text = any (rule_ids))
 group by highest_level

-- name: radar_rules
select f.rule_id, max(f.rule_label) as label, count(distinct f.household_id)::int as households
  from projections.finding_view f
 where f.region = %(region)s
   and f.is_open
 group by f.rule_id
 order by f.rule_id

-- name: radar_rows
select household_id::text as household_id, highest_level as level, open_findings,
       rule_ids, sentence, last_signal_at, municipality
  from projections.radar_list_view
 where region = %(region)s
   and (%(level)s::text is null or highest_level = %(level)s::text)
   and (%(rule)s::text is null or %(rule)s::text = any (rule_ids))
 order by level_rank desc, last_signal_at desc nulls last, household_id
 limit %(limit)s offset %(offset)s

-- name: household
select household_id::text as household_id, founded_at, last_signal_at, events, persons,
       municipality, merged_into::text as merged_into,
       exists (select 1 from projections.parked_view p
                where p.region = h.region and p.household_id = h.household_id) as is_parked
  from projections.household_view h
 where region = %(region)s and household_id = %(household)s

-- name: findings
select finding_id::text as finding_id, rule_id, rule_version, rule_label, subject, level, status,
       is_open, sentence, raised_known_at, triggered_at, renewals, evidence, parameters, late,
       reason_code, journal_position
  from projections.finding_view
 where region = %(region)s and household_id = %(household)s
 order by is_open desc, array_position(array['CRITICAL', 'HIGH', 'ATTENTION', 'INFO'], level::text),
          triggered_at desc, rule_id, finding_id

-- name: timeline_count
select count(*)::int as entries
  from projections.timeline_view
 where region = %(region)s and household_id = %(household)s

-- name: timeline
select position, incarnation, known_at, occurred_at, recorded_at, day, source,
       event_id::text as event_id, record_name, label, is_signal, details, flags,
       voided_by::text as voided_by
  from projections.timeline_view
 where region = %(region)s and household_id = %(household)s
 order by day desc nulls last, occurred_at desc, incarnation desc, position desc
 limit %(limit)s offset %(offset)s

-- name: timeline_places
-- Where events stand on the timeline, also those on another of its pages.
-- The order is the one of `timeline`.
select placed.source, placed.event_id, placed.incarnation, placed.position, placed.label,
       placed.day, placed.place
  from (select source, event_id::text as event_id, incarnation, position, label, day,
               (row_number() over (order by day desc nulls last, occurred_at desc,
                                            incarnation desc, position desc))::int as place
          from projections.timeline_view
         where region = %(region)s and household_id = %(household)s) placed
 where placed.event_id = any (%(event_ids)s::text[])
