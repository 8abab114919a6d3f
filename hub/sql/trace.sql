-- name: receipts
select region, received_at, acknowledged_at
  from connectors.receipt
 where event_id = %(event_id)s and region = coalesce(%(region)s, region);

-- name: ledger
select region, topic, "offset", outcome, code, position, settled_at
  from engine.ledger
 where event_id = %(event_id)s and region = coalesce(%(region)s, region)
 order by settled_at, topic, "offset";

-- name: log_rows
select region, 'journal' as log, position, known_at, households
  from engine.journal
 where event_id = %(event_id)s and region = coalesce(%(region)s, region)
union all
select region, 'advice' as log, position, known_at, '{}'::text[]
  from engine.advice
 where event_id = %(event_id)s and region = coalesce(%(region)s, region);

-- name: stages
with rows as (
  select region, 'vt.journal.v1' as topic, position from engine.journal
   where event_id = %(event_id)s and region = coalesce(%(region)s, region)
  union all
  select region, 'vt.advice-log.v1', position from engine.advice
   where event_id = %(event_id)s and region = coalesce(%(region)s, region)
  union all
  -- What the radar said because of it, which must reach the pages too.
  select f.region, 'vt.findings.v1', max(f.position)
    from engine.journal j
    join engine.findings f
      on f.region = j.region and f.household_id = any (j.households)
     and f.journal_position = j.position
   where j.event_id = %(event_id)s and j.region = coalesce(%(region)s, j.region)
   group by f.region
)
select i.stage, i.topic, i.position,
       (select p.committed_at from engine.progress p
         where p.region = i.region and p.topic = i.topic and p.stage = i.stage
           and p.version = i.version and p.position >= rows.position
         order by p.position limit 1)
  from rows
  join engine.input i using (region, topic)
 where i.position >= rows.position
 order by 4 nulls last;

-- name: findings
select v.finding_id, v.rule_id, v.status, p.committed_at
  from projections.finding_view v
  left join lateral (
    select committed_at from engine.progress p
     where p.region = v.region and p.topic = 'vt.journal.v1' and p.stage = 'radar'
       and p.position >= v.journal_position
     order by p.position limit 1
  ) p on true
 where v.region = coalesce(%(region)s, v.region)
   and v.evidence @> jsonb_build_array(jsonb_build_object('event_id', %(event_id)s::text));
