-- What stands at K, and what of it each question asks of. Needs known, void, due and asked.
create or replace table valid as
select k.* from known k
 where not exists (select 1 from void v
                    where v.log = k.log and v.source = k.source and v.id = k.id);

-- Several statements about one thing: the last by journal position counts.
create or replace table report as
select r.*, d.d1, d.d4
  from (select *, (select max(c.position) from calendar c where c.position < valid.position)
               as rules_at
          from valid where name = 'ReportRegistered'
       qualify row_number() over (partition by report_id order by position desc) = 1) r
  join due d on d.calendar = r.rules_at and d.day = r.received_on;

create or replace table assessment as
select * from valid where name = 'SafetyAssessmentCompleted'
qualify row_number() over (partition by report_id order by position desc) = 1;

create or replace table service as
select s.*, case when s.service = 'INVESTIGATION' and s.status = 'REGISTERED' then d.d5 end as d5
  from (select *, (select max(c.position) from calendar c where c.position < valid.position)
               as rules_at
          from valid where name = 'ServiceStatusChanged') s
  join due d on d.calendar = s.rules_at and d.day = s.status_on;

create or replace table moment as
select * from valid where name = 'MonitoringMomentRecorded'
qualify row_number() over (partition by case_id, moment_no order by position desc) = 1;

create or replace table asked_advice as
select q.n, a.* from asked q
  join valid a on a.name = 'AdviceGiven' and a.given_on between q.first and q.last
 where q.municipality is null or a.municipality = q.municipality;

create or replace table asked_report as
select q.n, r.* from asked q
  join report r on r.received_on between q.first and q.last
 where q.municipality is null or r.municipality = q.municipality;

create or replace table asked_assessment as
select q.n, a.report_id, a.outcome, a.completed_on, r.received_on, r.d1 from asked q
  join assessment a on a.completed_on between q.first and q.last
  left join report r on r.report_id = a.report_id
 where q.municipality is null or r.municipality = q.municipality;

create or replace table asked_service as
select q.n, s.* from asked q
  join service s on s.status_on between q.first and q.last
 where q.municipality is null
    or exists (select 1 from report r
                where r.report_id = s.report_id and r.municipality = q.municipality);
