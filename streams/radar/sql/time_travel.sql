-- name: regions_of
select distinct region from engine.journal
 where households @> array[%(household)s]::text[] order by region;

-- name: head
select position from engine.log_head where region = %(region)s and log = 'journal';

-- name: known_at
select known_at from engine.journal where region = %(region)s and position = %(position)s;

-- name: household_rows
select body from engine.journal
 where region = %(region)s and position <= %(last)s and known_at < %(before)s
   and households @> array[%(household)s]::text[]
 order by position;

-- name: everyones_rows
-- The names stand here in full, as in the index that finds them.
select body from engine.journal
 where region = %(region)s and position between %(first)s and %(last)s
   and known_at < %(before)s and record_name in ('ClockTicked', 'RulesActivated')
 order by position;

-- name: rules_then
select body from engine.journal
 where region = %(region)s and position <= %(last)s and record_name = 'RulesActivated'
   and known_at < %(before)s and record_name in ('ClockTicked', 'RulesActivated')
 order by position desc limit 1;

-- name: rows_at
select body from engine.journal
 where region = %(region)s and position = any(%(positions)s::bigint[])
 order by position;

-- name: members
select pid, role, valid_from, position_from from admission.membership
 where region = %(region)s and household_id = %(household)s and position_from <= %(last)s
   and (position_to is null or position_to > %(last)s)
   and (valid_to is null or valid_to > %(as_of)s)
 order by position_from, pid;
