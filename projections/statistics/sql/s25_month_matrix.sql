-- name: region_day
select day from projections.region_view where region = %(region)s;
