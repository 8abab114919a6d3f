-- name: load_households
select household_id, state, wake_at, journal_position
  from radar.household_state
 where region = %(region)s and household_id = any(%(household_ids)s::text[]);

-- name: load_due
select household_id, state, wake_at, journal_position
  from radar.household_state
 where region = %(region)s and (wake_at <= %(day)s or %(day)s::date = '9999-12-31');

-- name: save_households
insert into radar.household_state as h (region, household_id, state, wake_at, journal_position)
select %(region)s, v.household_id, v.state, v.wake_at, v.journal_position
  from unnest(%(household_ids)s::text[], %(states)b::bytea[], %(wake_ats)s::date[],
              %(positions)s::bigint[]) as v (household_id, state, wake_at, journal_position)
on conflict (region, household_id) do update
  set state = excluded.state, wake_at = excluded.wake_at,
      journal_position = excluded.journal_position;

-- name: load_pages
select household_id, body from radar.household_page
 where region = %(region)s and household_id = any(%(household_ids)s::text[])
 order by household_id, number;

-- name: drop_pages
delete from radar.household_page
 where region = %(region)s and household_id = any(%(household_ids)s::text[]);

-- name: save_pages
insert into radar.household_page as p (region, household_id, number, body)
select %(region)s, v.household_id, v.number, v.body
  from unnest(%(household_ids)s::text[], %(numbers)s::int[], %(bodies)b::bytea[])
    as v (household_id, number, body)
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
