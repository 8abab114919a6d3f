-- name: select
select position, extra_days from projections.calendar where region = %(region)s order by position;
