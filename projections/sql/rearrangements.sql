-- name: move
update {table} set household_id = %(joined)s
 where region = %(region)s and position = any(%(positions)s::bigint[])
   and household_id = %(left)s;
