-- name: region_day
select day from projections.region where region = %(region)s;
