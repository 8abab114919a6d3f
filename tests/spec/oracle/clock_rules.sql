-- R12, R13, R16, R18 on one day: $day. Households, rules and subjects; the level follows.
with reached as (
  select hh, case_id, contacted_on from valid
   where name = 'ContactRecorded' and reached and party in ('SUBJECT', 'PARENT_OF_SUBJECT')
), turn as (
  select hh, case_id, min(received_on) as day, timestamptz '1900-01-01' as at, '' as source,
         '' as id, true as opens
    from valid where name = 'ReportRegistered' group by hh, case_id
  union all
  select hh, case_id, status_on, occurred_at, source, id, status <> 'CLOSED'
    from valid where name = 'CaseStatusChanged' and status in ('OPENED', 'REOPENED', 'CLOSED')
), moment as (
  select hh, case_id, moment_no, max_by(struct_pack(status := status, planned_on := planned_on),
         pos) as m
    from valid where name = 'MonitoringMomentRecorded' group by hh, case_id, moment_no
)
select f.hh, 'R12' as rule, f.report_id as subject, 'HIGH' as level
  from first_registration f
  join due d on d.day = f.r.received_on
  join owned o on o.hh = f.hh and o.source = f.r.source and o.id = f.r.id
  join walked w on w.hh = f.hh and w.source = o.signal_source and w.id = o.signal_id
  join episode e on e.hh = f.hh and e.e = w.e
 where $day > d.wd55 and e.severity >= 3
   and not exists (select 1 from assessed a where a.hh = f.hh and a.report_id = f.report_id
                      and a.completed_on <= $day)
   and not exists (select 1 from reached c where c.hh = f.hh and c.case_id = f.r.case_id
                      and c.contacted_on between f.r.received_on and $day)
union
select m.hh, 'R13', c.case_id, 'HIGH'
  from valid m
  join due d on d.day = m.effective_on
  join (select distinct hh, case_id from turn) c on c.hh = m.hh
 where m.name = 'AddressChanged' and m.left_region and $day > d.wd10
   and (select max_by(t.opens, (t.day, t.at, t.source, t.id)) from turn t
         where t.hh = m.hh and t.case_id = c.case_id and t.day <= m.effective_on)
   and (select max_by(t.opens, (t.day, t.at, t.source, t.id)) from turn t
         where t.hh = m.hh and t.case_id = c.case_id and t.day <= $day)
   and not exists (select 1 from valid x where x.hh = m.hh and x.name = 'CaseTransferred'
          and x.direction = 'OUT' and x.case_id = c.case_id and x.transferred_on <= $day)
union
select h.hh, 'R16', h.handover_id, 'INFO'
  from valid h join due d on d.day = h.sent_on
 where h.name = 'HandoverSent' and h.to_kind in ('LOCAL_TEAM', 'INVOLVED_PROFESSIONAL')
   and $day > coalesce(h.feedback_due_on, d.wd10)
   and not exists (select 1 from valid f where f.hh = h.hh and f.name = 'LocalTeamFeedbackGiven'
          and f.handover_id = h.handover_id and f.status_on <= $day)
union
select p.hh, 'R18', p.case_id || '#' || p.moment_no, 'ATTENTION'
  from moment p
 where (p.m.status = 'MISSED' or (p.m.status = 'PLANNED' and $day > p.m.planned_on + 14))
   and (select max_by(e.severity, e.n) from episode e
         where e.hh = p.hh and e.day <= p.m.planned_on) >= 3;
