-- name: last_offsets
select topic, last_offset
from engine.input
where region = %(region)s and topic = any(%(topics)s)
  and stage = case topic when 'vt.in.advice.v1' then 'advice' else 'admission' end;

-- name: replayed_day
select day
from admission.region_clock
where region = %(region)s and mode = 'REPLAY';
