-- R01 to R11, R14, R15, R17: what holds at an episode or an event, whatever day it is.
create table held (
  hh int, rule text, subject text, source text, id text, level text
);

insert into held
select e.hh, 'R01', '', e.source, e.id, case when count(*) >= 5 then 'HIGH' else 'ATTENTION' end
  from episode e join episode o on o.hh = e.hh and o.n <= e.n and e.day - o.day <= 365
 group by all having count(*) >= 3;

insert into held
select e.hh, 'R02', '', e.source, e.id,
       case when count(distinct w.sector) >= 3 then 'HIGH' else 'ATTENTION' end
  from episode e
  join walked w on w.hh = e.hh and w.e <= e.e and e.day - day_at(w.t) <= 180
 where w.sector <> 'UNKNOWN'
 group by all having count(distinct w.sector) >= 2;

insert into held
select distinct e.hh, 'R03', '', e.source, e.id, 'HIGH'
  from episode e join valid h on h.hh = e.hh and h.name = 'HandoverSent'
 where h.to_kind in ('LOCAL_TEAM', 'INVOLVED_PROFESSIONAL', 'CLIENT_NETWORK')
   and e.day - h.sent_on between 1 and 180
union all
select hh, 'R03', '', source, id, 'HIGH' from valid
 where name = 'LocalTeamFeedbackGiven' and status = 'RETURNED_UNSAFE';

-- Monitoring open on d: the last of a case's starts and ends up to d is a start.
insert into held
select distinct e.hh, 'R04', '', e.source, e.id, 'HIGH'
  from episode e
  join (select distinct hh, case_id from valid where name = 'CaseStatusChanged') c on c.hh = e.hh
 where (select max_by(s.status, (s.status_on, s.occurred_at, s.source, s.id)) from valid s
         where s.hh = e.hh and s.case_id = c.case_id and s.name = 'CaseStatusChanged'
           and s.status in ('MONITORING_STARTED', 'MONITORING_ENDED') and s.status_on <= e.day)
       = 'MONITORING_STARTED';

insert into held
with other as (
  select e.*, f.report_id, f.r.received_on as received_on,
         not exists (select 1 from assessed a where a.hh = e.hh and a.report_id = f.report_id
                        and a.completed_on <= e.day) as unassessed,
         exists (select 1 from waiting w where w.hh = e.hh and w.report_id = f.report_id
                    and w.since <= e.day and (w.until is null or w.until > e.day)) as unserved
    from episode e join first_registration f on f.hh = e.hh and f.r.received_on <= e.day
   where not exists (select 1 from spoken s where s.hh = e.hh and s.e = e.e
                        and s.report_id = f.report_id and s.name = 'ReportRegistered')
)
select o.hh, 'R05', '', o.source, o.id,
       case when any_value(o.severity) >= 3 or bool_or(o.unassessed and o.day > d.wd5)
            then 'HIGH' else 'ATTENTION' end
  from other o join due d on d.day = o.received_on
 where o.unassessed or o.unserved group by o.hh, o.source, o.id;

insert into held
with pair as (
  select e.hh, e.n, e.day, e.severity, o.n as o, o.day - p.day as gap, o.severity as earlier
    from episode e
    join episode o on o.hh = e.hh and o.n <= e.n and e.day - o.day <= 365
    left join episode p on p.hh = e.hh and p.n = o.n - 1 and e.day - p.day <= 365
), judged as (
  select hh, n, count(*) as episodes,
         max(gap) filter (o = n) as last, median(gap) filter (o < n) as usual,
         max(severity) as own, max(earlier) filter (o < n) as highest
    from pair group by hh, n
)
select e.hh, 'R06', '', e.source, e.id, 'HIGH'
  from judged j join episode e using (hh, n)
 where (j.episodes >= 3 and 2 * j.last <= j.usual) or (j.highest >= 1 and j.own > j.highest);

create table flagged as
select hh, e, t, unnest(red_flags) as flag from spoken
union all select hh, e, t, 'STALKING' from spoken where list_contains(forms, 'STALKING')
union all select hh, e, t, 'SASH_HIGH' from spoken where sash_level = 'HIGH';
create macro is_critical(flag) as flag in ('STRANGULATION', 'BAN_VIOLATED', 'WEAPON_USED', 'SASH_HIGH');
create macro is_listed(flag) as flag in ('STALKING', 'COERCIVE_CONTROL', 'DEATH_THREAT',
  'RECENT_SEPARATION', 'VIOLENCE_IN_PREGNANCY', 'SUICIDE_THREAT_PERPETRATOR', 'EXTREME_JEALOUSY',
  'WEAPON_PRESENT');
insert into held
select e.hh, 'R07', '', e.source, e.id,
       case when bool_or(f.e = e.e and is_critical(f.flag))
              or count(distinct f.flag) filter (is_listed(f.flag)) >= 2
            then 'CRITICAL' else 'HIGH' end
  from episode e
  join flagged f on f.hh = e.hh and f.e <= e.e and e.day - day_at(f.t) <= 365
 group by e.hh, e.source, e.id
having bool_or(f.e = e.e and (is_critical(f.flag) or is_listed(f.flag)));

insert into held
with banned as (
  select v.hh, p.pid, day_at(v.status_at) as day
    from valid v join person p on p.hh = v.hh and p.source = v.source and p.id = v.id
   where v.name = 'RestrainingOrderChanged' and v.status = 'IMPOSED'
     and p.field = 'removed_person'
  union all
  select hh, pid, seen_on from valid where name = 'PersonSeenElsewhere' and order_id is not null
)
select distinct e.hh, 'R08', '', e.source, e.id, 'HIGH'
  from episode e join present p on p.hh = e.hh and p.e = e.e
  join banned b on b.hh = e.hh and b.pid = p.pid
 where b.day < e.day and e.day <= months_on(b.day, 60);

insert into held
select hh, 'R09', order_id, source, id, 'CRITICAL' from valid
 where name = 'RestrainingOrderChanged' and status = 'VIOLATED';

create table child_episode as
select e.hh, e.n, e.day, e.source, e.id,
       coalesce((select bool_or(p.role = 'CHILD' or coalesce(p.is_minor, false) or p.age_class in
                   ('UNBORN', 'UNDER_2', 'AGE_2_11', 'AGE_12_17'))
          from present p where p.hh = e.hh and p.e = e.e), false)
       or coalesce((select bool_or(coalesce(s.children_involved, false)) from spoken s
          where s.hh = e.hh and s.e = e.e), false) as has_child,
       coalesce((select bool_or(p.age_class in ('UNBORN', 'UNDER_2')) from present p
          where p.hh = e.hh and p.e = e.e), false) as has_infant
  from episode e;
insert into held
select e.hh, 'R10', '', e.source, e.id,
       case when bool_or(o.has_infant) then 'HIGH' else 'ATTENTION' end
  from child_episode e
  join child_episode o on o.hh = e.hh and o.n <= e.n and e.day - o.day <= 365 and o.has_child
 where e.has_child group by e.hh, e.source, e.id having count(*) >= 2;

insert into held
select distinct a.hh, 'R11', '', case when m.effective_on > a.answered_on then m.source else a.source end,
       case when m.effective_on > a.answered_on then m.id else a.id end, 'HIGH'
  from valid a join valid m on m.hh = a.hh and m.name = 'AddressChanged'
 where a.name = 'FamiliarityCheckAnswered' and a.known
   and a.source_kind in ('OTHER_VT', 'CHILD_PROTECTION_BOARD')
   and abs(m.effective_on - a.answered_on) <= 365;

insert into held
select distinct e.hh, 'R14', p.pid, e.source, e.id, 'HIGH'
  from episode e join present p on p.hh = e.hh and p.e = e.e and p.role = 'SUSPECTED_PERPETRATOR'
  join valid s on s.hh = e.hh and s.name = 'PersonSeenElsewhere' and s.order_id is null
   and s.pid = p.pid
 where s.seen_on <= e.day and e.day <= months_on(s.seen_on, 60);

insert into held
with recent as (
  select e.hh, e.n, e.day, e.source, e.id, count(*) as episodes
    from episode e join episode o on o.hh = e.hh and o.n <= e.n and e.day <= months_on(o.day, 24)
   group by all
), domain as (
  select hh, coalesce(completed_on, status_on) as day, unnest(life_domains) as what from valid
   where name in ('SafetyAssessmentCompleted', 'MdaRegistrationChanged')
), organisation as (
  select hh, coalesce(completed_on, status_on) as day, unnest(organisations) as what from valid
   where name in ('SafetyAssessmentCompleted', 'MdaRegistrationChanged')
)
select r.hh, 'R15', '', r.source, r.id, 'ATTENTION'
  from recent r
 where r.episodes >= 4
   and exists (select 1 from valid h where h.hh = r.hh
          and ((h.name = 'HandoverSent' and h.sent_on < r.day)
            or (h.name = 'ServiceStatusChanged' and h.status = 'REGISTERED' and h.status_on < r.day)))
   and ((select count(distinct d.what) from domain d where d.hh = r.hh
          and d.day <= r.day and r.day <= months_on(d.day, 24)) >= 3
     or (select count(distinct what) from (
           select o.what from organisation o where o.hh = r.hh
              and o.day <= r.day and r.day <= months_on(o.day, 24)
           union all
           select oin(w.source) from walked w join episode x on x.hh = w.hh and x.e = w.e
            where w.hh = r.hh and x.n <= r.n and r.day <= months_on(x.day, 24)) all_of_them) >= 3)
   and not exists (
     select 1 from (select distinct hh, mda_id from valid where name = 'MdaRegistrationChanged') m
      where m.hh = r.hh
        and (select max_by(s.status, (s.status_on, s.occurred_at, s.source, s.id)) from valid s
              where s.hh = m.hh and s.mda_id = m.mda_id and s.status_on <= r.day
                and s.name = 'MdaRegistrationChanged') in ('PROPOSED', 'ACCEPTED', 'ACTIVE'));

insert into held
with elder as (
  select s.hh, s.e, s.t,
         case when s.sector = 'NON_PROFESSIONAL' then 'episode ' || s.e
              else oin(s.signal_source) || '|' || s.sector end as reporter
    from spoken s
   where list_contains(s.nature, 'ELDER_ABUSE') or list_contains(s.forms, 'FINANCIAL_EXPLOITATION')
)
select e.hh, 'R17', '', e.source, e.id, 'ATTENTION'
  from episode e
  join elder x on x.hh = e.hh and x.e <= e.e and e.day - day_at(x.t) <= 365
 group by e.hh, e.source, e.id
having count(distinct x.reporter) >= 2 and bool_or(x.e = e.e);
