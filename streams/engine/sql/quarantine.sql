-- name: set_marker
insert into engine.marker as m (stage, version, region, topic, place, worker)
select h.stage, h.version, h.region, %(topic)s, %(place)s, h.worker
  from engine.head h
 where h.stage = %(stage)s and h.version = %(version)s and h.region = %(region)s
   and h.epoch = %(epoch)s
   for share
on conflict (stage, version, region, topic, place) do update
  set worker = excluded.worker, set_at = clock_timestamp()
returning deaths;

-- name: count_death
insert into engine.marker as m (stage, version, region, topic, place, deaths)
select h.stage, h.version, h.region, %(topic)s, %(place)s, 1
  from engine.head h
 where h.stage = %(stage)s and h.version = %(version)s and h.region = %(region)s
   and h.epoch = %(epoch)s
   for share
on conflict (stage, version, region, topic, place) do update
  set worker = '', deaths = m.deaths + 1
returning deaths;

-- name: close_markers
update engine.marker
   set deaths = deaths + (%(blamed)s and worker = %(worker)s)::int, worker = ''
 where stage = %(stage)s and version = %(version)s and region = %(region)s
returning topic, place;

-- name: forget_marker
delete from engine.marker
 where stage = %(stage)s and version = %(version)s and region = %(region)s
   and topic = %(topic)s and place = %(place)s;

-- name: count_quarantined
select count(*) from engine.dead_letter
 where stage = %(stage)s and region = %(region)s and code = %(code)s
   and last_seen > clock_timestamp() - interval '1 hour';
