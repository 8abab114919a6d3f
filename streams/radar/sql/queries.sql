-- Keys are looked up one by one ("offset 0" keeps each lateral apart): on a young table the
-- planner knows nothing of its columns, and joins by reading the whole region instead.
-- name: load_households
select v.region, v.household_id, h.state, h.wake_at, h.journal_position
  from unnest(%(regions)s::text[], %(household_ids)s::text[]) as v (region, household_id)
 cross join lateral (
   select * from radar.household_state h
    where h.region = v.region and h.household_id = v.household_id
   offset 0) as h;

-- name: load_due
select household_id, state, wake_at, journal_position
  from radar.household_state
 where region = %(region)s and (wake_at <= %(day)s or %(day)s::date = '9999-12-31');

-- name: save_households
insert into radar.household_state as h (region, household_id, state, wake_at, journal_position)
select v.region, v.household_id, v.state, v.wake_at, v.journal_position
  from unnest(%(regions)s::text[], %(household_ids)s::text[], %(states)b::bytea[],
              %(wake_ats)s::date[], %(positions)s::bigint[])
    as v (region, household_id, state, wake_at, journal_position)
on conflict (region, household_id) do update
  set state = excluded.state, wake_at = excluded.wake_at,
      journal_position = excluded.journal_position;

-- name: load_pages
select v.region, v.household_id, p.body
  from unnest(%(regions)s::text[], %(household_ids)s::text[]) as v (region, household_id)
 cross join lateral (
   select p.number, p.body from radar.household_page p
    where p.region = v.region and p.household_id = v.household_id
   offset 0) as p
 order by v.region, v.household_id, p.number;

-- name: drop_pages
delete from radar.household_page where ctid = any(array(
  select p.ctid
    from unnest(%(regions)s::text[], %(household_ids)s::text[]) as v (region, household_id)
   cross join lateral (
     select p.ctid from radar.household_page p
      where p.region = v.region and p.household_id = v.household_id
     offset 0) as p));

-- name: save_pages
insert into radar.household_page as p (region, household_id, number, body)
select v.region, v.household_id, v.number, v.body
  from unnest(%(regions)s::text[], %(household_ids)s::text[], %(numbers)s::int[],
              %(bodies)b::bytea[]) as v (region, household_id, number, body)
on conflict (region, household_id, number) do update set body = excluded.body;

-- name: wake_households
update radar.household_state set wake_at = %(day)s where region = %(region)s;

-- name: load_rule_set
select rules, calendar from radar.rule_set
 where region = %(region)s order by journal_position desc limit 1;

-- name: save_rule_set
insert into radar.rule_set (region, journal_position, rules, calendar)
values (%(region)s, %(position)s, %(rules)s::jsonb, %(calendar)s::jsonb)
on conflict (region, journal_position) do nothing;

-- name: read_clocks
select region, mode, day from admission.region_clock where region = any(%(regions)s::text[]);

-- name: said_of_households
select row_version, body from engine.findings
 where region = %(region)s and household_id = any(%(household_ids)s::text[]) order by position;

-- name: rows_at
select j.body from engine.journal j
 where j.region = %(region)s and j.position = any(%(positions)s::bigint[])
 order by j.position;
