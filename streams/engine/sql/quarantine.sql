-- name: set_marker
with mine as (
  select h.stage, h.version, h.region, h.worker
    from engine.head h
   where h.stage = %(stage)s and h.version = %(version)s and h.region = %(region)s
     and h.epoch = %(epoch)s
     for share
), laid_down as (
  update engine.marker m set in_hand = false
    from mine
   where m.stage = mine.stage and m.version = mine.version and m.worker = mine.worker and m.in_hand
     and (m.region, m.topic, m.place) <> (mine.region, %(topic)s::text, %(place)s::bigint)
), taken as (
  insert into engine.marker (stage, version, region, topic, place, worker)
  select stage, version, region, %(topic)s, %(place)s, worker from mine
  on conflict (stage, version, region, topic, place, worker) do update
    set in_hand = true, set_at = clock_timestamp()
)
select coalesce(sum(m.deaths), 0)::int
  from mine
  left join engine.marker m
    on m.stage = mine.stage and m.version = mine.version and m.region = mine.region
   and m.topic = %(topic)s and m.place = %(place)s
having count(mine.stage) > 0;

-- name: count_death
insert into engine.marker as m (stage, version, region, topic, place, worker, in_hand, deaths)
select h.stage, h.version, h.region, %(topic)s, %(place)s, h.worker, false, 1
  from engine.head h
 where h.stage = %(stage)s and h.version = %(version)s and h.region = %(region)s
   and h.epoch = %(epoch)s
   for share
on conflict (stage, version, region, topic, place, worker) do update
  set in_hand = false, deaths = m.deaths + 1
returning deaths;

-- name: close_markers
update engine.marker
   set deaths = deaths + %(blamed)s::int, in_hand = false
 where stage = %(stage)s and version = %(version)s and worker = %(worker)s and in_hand;

-- name: read_markers
select distinct topic, place from engine.marker
 where stage = %(stage)s and version = %(version)s and region = %(region)s;

-- name: forget_marker
delete from engine.marker
 where stage = %(stage)s and version = %(version)s and region = %(region)s
   and topic = %(topic)s and place = %(place)s;

-- name: count_quarantined
select count(*) from engine.dead_letter
 where stage = %(stage)s and region = %(region)s and code = %(code)s
   and last_seen > clock_timestamp() - interval '1 hour';
