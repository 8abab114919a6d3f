-- name: in_force
select r.region, s.journal_position, j.known_at, s.rules, s.calendar
  from admission.region_clock r
  left join lateral (
    select journal_position, rules, calendar from radar.rule_set
     where region = r.region order by journal_position desc limit 1
  ) s on true
  left join engine.journal j on j.region = r.region and j.position = s.journal_position
 where r.region = coalesce(%(region)s, r.region)
 order by r.region;

-- name: count_households
select count(*) from radar.household_state where region = %(region)s;
