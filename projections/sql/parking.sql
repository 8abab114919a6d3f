-- name: waiting_journal_rows
-- Rows that these households have not taken, with everybody whom they belong to.
select j.position, j.households
  from unnest(%(household_ids)s::text[], %(firsts)s::bigint[]) as w (household_id, first)
  join engine.journal j
    on j.region = %(region)s and j.households @> array[w.household_id]
   and j.position between w.first and %(last)s
 group by j.position, j.households
 order by j.position;

-- name: journal_rows
select position, incarnation, body from engine.journal
 where region = %(region)s and position = any(%(positions)s::bigint[])
 order by position;

-- name: findings_rows
select position, incarnation, body from engine.findings
 where region = %(region)s and household_id = %(household_id)s
   and position between %(first)s and %(last)s
 order by position;
