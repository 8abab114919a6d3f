-- name: select
select region, position, extra_days
from projections.calendar
where region = any(%(regions)s::text[])
order by region, position;
