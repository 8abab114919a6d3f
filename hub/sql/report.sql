-- name: begin_snapshot
-- Every figure of a report is of the same moment, and a report changes nothing.
set transaction isolation level repeatable read, read only;

-- name: first_known
select known_at from engine.journal where region = %(region)s order by position limit 1;
