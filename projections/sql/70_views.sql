-- What query reads. A view is a promise: its columns change with their readers only.

create view projections.timeline_entry as
select t.*, e.voided_by,
  t.signal_at is not null and (
    t.record_name <> 'ReportRegistered'
    or t.signal_reference is null
    or not exists (
      select 1
      from projections.timeline as s
      join projections.event as v using (region, source, event_id)
      where s.region = t.region and s.signal_reference = t.signal_reference
        and s.record_name <> 'ReportRegistered' and v.voided_by is null
    )
  ) as is_signal
from projections.timeline as t
left join projections.event as e using (region, source, event_id);
comment on view projections.timeline_entry is 'Timeline rows with what cannot be told from the row alone; for this room only.';

create view projections.timeline_view as
select region, household_id, position, incarnation, known_at, occurred_at, recorded_at, day, source,
  event_id, record_name, label, is_signal, details, flags, voided_by
from projections.timeline_entry;
comment on view projections.timeline_view is 'Timelines of households.';
comment on column projections.timeline_view.is_signal is 'A signal; a registered report is one only when no signal that stands has its number.';
comment on column projections.timeline_view.voided_by is 'Id of the correction that voids the event now; null while it stands.';

create view projections.household_view as
select region, household_id, founded_at, last_signal_at, events, persons, municipality, merged_into
from projections.household;
comment on view projections.household_view is 'Households.';

create view projections.finding_view as
select f.region, f.household_id, f.finding_id, f.rule_id, f.rule_version,
  f.rule_label, f.subject, f.level, f.status,
  f.status in ('OPEN', 'ACKNOWLEDGED') as is_open, f.sentence, f.raised_known_at, f.triggered_at,
  f.renewals, f.evidence, f.parameters, f.late, f.reason_code, f.journal_position
from projections.finding as f;
comment on view projections.finding_view is 'Findings as they are now.';

create view projections.radar_list_view as
with open_finding as (
  select f.region, f.household_id, f.rule_id, f.level, f.sentence, f.triggered_at, f.finding_id,
    array_position(array['INFO', 'ATTENTION', 'HIGH', 'CRITICAL'], f.level) as level_rank
  from projections.finding as f
  where f.status in ('OPEN', 'ACKNOWLEDGED')
), household as (
  select region, household_id,
    count(*)::int as open_findings,
    array_agg(distinct rule_id order by rule_id) as rule_ids,
    (array_agg(level order by level_rank desc, triggered_at desc, finding_id))[1] as highest_level,
    max(level_rank) as level_rank,
    (array_agg(sentence order by level_rank desc, triggered_at desc, finding_id))[1] as sentence
  from open_finding
  group by region, household_id
)
select o.region, o.household_id, o.highest_level, o.level_rank, o.open_findings, o.rule_ids,
  o.sentence, h.last_signal_at, h.municipality
from household as o
left join projections.household as h using (region, household_id)
where h.merged_into is null;
comment on view projections.radar_list_view is 'Households with open findings; the sentence is that of the highest, newest finding.';

create view projections.region_view as
select r.region, r.name, r.clock_mode,
  case r.clock_mode when 'REPLAY' then r.known_at else now() end as now,
  r.day, coalesce(h.position, 0) as journal_position,
  coalesce(p.position, 0) as projected_position, p.projected_at
from projections.region as r
left join engine.log_head as h on h.region = r.region and h.log = 'journal'
left join lateral (
  select min(position) as position, max(projected_at) as projected_at
  from projections.position
  where region = r.region and log = 'journal'
) as p on true;
comment on view projections.region_view is 'Regions with their clock, and how far the tables are behind the journal.';
