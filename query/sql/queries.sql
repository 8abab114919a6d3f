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

-- name: is_parked
select p.household_id
  from projections.parked_view p
 where p.region = %(region)s and p.household_id = %(household)s
 limit 1

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

-- name: review_kinds
select kind, count(*)::int as entries
  from projections.review_view
 where region = %(region)s
 group by kind

-- name: reviews
select id::text as entry_id, kind, known_at, household_ids, pids
  from projections.review_view
 where region = %(region)s
   and (%(kind)s::text is null or kind = %(kind)s::text)
 order by known_at, id
 limit %(limit)s offset %(offset)s

-- name: review_households
-- The household that goes on for each of those doubted: a merged one leads to another.
with recursive way (asked, household_id, hop) as (
  select asked, asked, 0 from unnest(%(households)s::text[]) as asked
  union all
  select w.asked, h.merged_into, w.hop + 1
    from way w
    join projections.household_view h
      on h.region = %(region)s and h.household_id = w.household_id
   where h.merged_into is not null and w.hop < 50
)
select distinct on (w.asked) w.asked, w.household_id, coalesce(h.persons, 0) as persons,
       h.municipality
  from way w
  left join projections.household_view h
    on h.region = %(region)s and h.household_id = w.household_id
 order by w.asked, w.hop desc

-- name: review_members
select household_id, pid, role
  from projections.membership_view
 where region = %(region)s
   and (household_id = any (%(households)s::text[]) or pid = any (%(pids)s::text[]))
 order by pid, valid_from, household_id

-- name: review_numbered
select pid from projections.numbered_person_view
 where region = %(region)s and pid = any (%(pids)s::text[])

-- name: review_named_together
select distinct a.pid as one, b.pid as other
  from projections.named_view a
  join projections.named_view b
    on b.region = a.region and b.position = a.position and a.pid < b.pid
 where a.region = %(region)s and a.pid = any (%(pids)s::text[]) and b.pid = any (%(pids)s::text[])

-- name: review_residences
select a.household_id as one, b.household_id as other,
       greatest(a.lives_from, b.lives_from) as since,
       least(a.lives_until, b.lives_until) as until
  from projections.residence_view a
  join projections.residence_view b
    on b.region = a.region and b.address = a.address and a.household_id <> b.household_id
 where a.region = %(region)s
   and a.household_id = any (%(households)s::text[])
   and b.household_id = any (%(households)s::text[])
