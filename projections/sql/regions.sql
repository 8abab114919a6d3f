-- name: open
insert into projections.region (region, name, clock_mode, known_at)
values (%(region)s, %(name)s, %(clock_mode)s, %(known_at)s)
on conflict (region) do nothing;

-- name: advance
update projections.region as r
set known_at = n.known_at,
  day = coalesce(n.day, r.day),
  clock_mode = coalesce(n.clock_mode, r.clock_mode)
from unnest(
  %(regions)s::text[], %(known_at)s::timestamptz[], %(days)s::date[], %(clock_modes)s::text[]
) as n (region, known_at, day, clock_mode)
where r.region = n.region;
