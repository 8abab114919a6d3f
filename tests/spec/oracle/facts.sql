-- What the definitions call valid events, signals, episodes and severity, from an exported journal.
-- Tables event, person and workday are made by exported.py; void by repeated use of void_round.

create macro day_at(instant) as (instant at time zone 'Europe/Amsterdam')::date;
create macro noon(day) as (day + interval 12 hour) at time zone 'Europe/Amsterdam';
create macro oin(source) as split_part(source, ':', 4);
create macro months_on(day, n) as (day + to_months(n))::date;

create table valid as
select e.* from event e
 where e.name <> 'EventCorrected'
   and not exists (select 1 from void v where v.hh = e.hh and v.source = e.source and v.id = e.id);

create table reported as
select *,
       case when incident_on is not null and incident_on <> day_at(occurred_at)
            then noon(incident_on) else occurred_at end as own_t,
       name = 'PoliceReportSubmitted' as is_police
  from valid where name in ('PoliceReportSubmitted', 'ReportSubmitted');

create table registered as
select r.*, noon(r.received_on) as own_t,
       (select min_by(struct_pack(source := s.source, id := s.id), (s.own_t, s.source, s.id))
          from reported s
         where s.hh = r.hh and s.source = r.signal_source and s.source_ref = r.signal_source_ref
       ) as origin
  from valid r where r.name = 'ReportRegistered';

create table signal as
select hh, source, id,
       case when is_police and source_ref is not null
            then min(own_t) over (partition by hh, is_police, source, source_ref)
            else own_t end as t,
       case when is_police then 'JUSTICE_AND_SAFETY' else reporter_sector end as sector
  from reported
union all
select hh, source, id, own_t, reporter_sector from registered where origin is null;

-- Which event speaks of which signal.
create table owned as
select hh, source, id, source as signal_source, id as signal_id from signal
union all
select hh, source, id, origin.source, origin.id from registered where origin is not null;
create table first_registration as
select hh, report_id, min_by(struct_pack(source := source, id := id, received_on := received_on,
       case_id := case_id), (own_t, source, id)) as r
  from registered group by hh, report_id;
create table said as
select * from owned
union all
select a.hh, a.source, a.id, o.signal_source, o.signal_id
  from valid a
  join first_registration f on f.hh = a.hh and f.report_id = a.report_id
  join owned o on o.hh = a.hh and o.source = f.r.source and o.id = f.r.id
 where a.name = 'SafetyAssessmentCompleted';

create table ordered as
select *, row_number() over (partition by hh order by t, source, id) as n from signal;
create table walked as
with recursive walk as (
  select hh, n, t, t as opened, n as first from ordered where n = 1
  union all
  select o.hh, o.n, o.t,
         case when o.t - w.opened <= interval 72 hour then w.opened else o.t end,
         case when o.t - w.opened <= interval 72 hour then w.first else o.n end
    from walk w join ordered o on o.hh = w.hh and o.n = w.n + 1
)
select o.hh, o.source, o.id, o.t, o.sector, w.first as e from walk w
  join ordered o on o.hh = w.hh and o.n = w.n;

create macro severity_of(flags, forms, natures, sash) as greatest(
  case when list_has_any(flags, ['STRANGULATION', 'WEAPON_USED', 'CHILD_INJURED', 'BAN_VIOLATED'])
         or list_has_any(forms, ['SHAKEN_BABY']) or sash = 'HIGH' then 4 else 0 end,
  case when list_has_any(forms, ['PHYSICAL_ABUSE', 'PHYSICAL_ABUSE_OTHER', 'SEXUAL_ABUSE',
                                 'FINANCIAL_EXPLOITATION', 'PEDIATRIC_CONDITION_FALSIFICATION'])
         or list_has_any(flags, ['SEXUAL_VIOLENCE', 'WEAPON_PRESENT', 'DEATH_THREAT',
                                 'VIOLENCE_IN_PREGNANCY', 'COERCIVE_CONTROL'])
         or sash = 'MODERATE' then 3 else 0 end,
  case when list_has_any(forms, ['WITNESS_OF_VIOLENCE', 'EMOTIONAL_NEGLECT', 'PHYSICAL_NEGLECT',
                                 'STALKING', 'OTHER_CHILD_ABUSE', 'OTHER_EX_PARTNER_VIOLENCE',
                                 'OTHER_DOMESTIC_VIOLENCE_FORM', 'OTHER_PARENT_ABUSE',
                                 'OTHER_ELDER_ABUSE'])
         or len(list_filter(flags, lambda f: f not in ('UNKNOWN', 'SUBSTANCE_ABUSE',
                                                       'ANIMAL_CRUELTY'))) > 0
       then 2 else 0 end,
  case when list_has_any(forms, ['EMOTIONAL_ABUSE', 'OTHER_PROBLEMS'])
         or list_has_any(flags, ['SUBSTANCE_ABUSE', 'ANIMAL_CRUELTY'])
         or len(list_filter(natures, lambda n: n <> 'UNKNOWN')) > 0 then 1 else 0 end);

-- Every event of every episode: what it says, and when its signal was.
create table spoken as
select w.hh, w.e, w.t, w.source as signal_source, w.sector, v.source, v.id, v.name, v.report_id,
       v.red_flags, v.forms, v.nature, v.sash_level, v.children_involved,
       severity_of(v.red_flags, v.forms, v.nature, v.sash_level) as severity
  from walked w
  join said s on s.hh = w.hh and s.signal_source = w.source and s.signal_id = w.id
  join valid v on v.hh = s.hh and v.source = s.source and v.id = s.id;
create table episode as
select w.hh, w.e, min_by(w.source, (w.t, w.source, w.id)) as source,
       min_by(w.id, (w.t, w.source, w.id)) as id, day_at(min(w.t)) as day,
       (select max(severity) from spoken s where s.hh = w.hh and s.e = w.e) as severity,
       row_number() over (partition by w.hh order by w.e) as n
  from walked w group by w.hh, w.e;
create table present as
select s.hh, s.e, s.t, p.pid, p.role, p.age_class, p.is_minor
  from spoken s join person p on p.hh = s.hh and p.source = s.source and p.id = s.id
 where s.name in ('PoliceReportSubmitted', 'ReportSubmitted', 'ReportRegistered');

create table assessed as
select hh, report_id, min(completed_on) as completed_on
  from valid where name = 'SafetyAssessmentCompleted' group by hh, report_id;
create table waiting as
select r.hh, r.report_id, r.service_id, min(r.status_on) as since,
       (select min(m.status_on) from valid m
         where m.hh = r.hh and m.report_id = r.report_id and m.service_id = r.service_id
           and m.name = 'ServiceStatusChanged'
           and m.status in ('PICKED_UP', 'COMPLETED', 'ABORTED')) as until
  from valid r where r.name = 'ServiceStatusChanged' and r.status = 'REGISTERED'
 group by r.hh, r.report_id, r.service_id;

create macro working_days_until(d) as (select count(*) from workday where day <= d);
create table due as
select d.day, w5.day as wd5, w10.day as wd10, w55.day as wd55
  from (select unnest(generate_series(date '2024-01-01', date '2029-12-31', interval 1 day))::date
          as day) d
  join workday w5 on w5.nr = working_days_until(d.day) + 5
  join workday w10 on w10.nr = working_days_until(d.day) + 10
  join workday w55 on w55.nr = working_days_until(w5.day) + 5;
