-- name: open
insert into projections.region (region, name, clock_mode, known_at)
values (%(region)s, %(name)s, %(clock_mode)s, %(known_at)s)
on conflict (region) do nothing;

-- name: advance
update projections.region
set known_at = %(known_at)s,
  day = coalesce(%(day)s, day),
  clock_mode = coalesce(%(clock_mode)s, clock_mode)
where region = %(region)s;
