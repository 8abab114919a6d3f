-- name: select
select region, projection, log, position
from projections.position
where region = any(%(regions)s::text[]);

-- name: advance
insert into projections.position (region, projection, log, position, incarnation)
select n.region, n.projection, n.log, n.position, n.incarnation
from unnest(
  %(regions)s::text[], %(projections)s::text[], %(logs)s::text[], %(positions)s::bigint[],
  %(incarnations)s::int[]
) as n (region, projection, log, position, incarnation)
on conflict (region, projection, log) do update
set position = excluded.position, incarnation = excluded.incarnation,
  projected_at = clock_timestamp();
