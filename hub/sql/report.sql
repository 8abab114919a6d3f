-- name: first_known
select known_at from engine.journal where region = %(region)s order by position limit 1;
