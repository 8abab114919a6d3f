-- Every statistic of definitions.md and domain.md 8. A code is null for the whole population.
create or replace table answer (
  statistic text, n int, code text, count bigint, population bigint, registered bigint, days bigint
);

-- Yes or no, of records.
insert into answer
with flag as (
  select 'S02' as statistic, n, channel = 'CHAT' as holds, channel <> 'UNKNOWN' as known
    from asked_advice
  union all select 'S06', n, from_school, true from asked_advice
  union all select 'S09', n, coalesce(children_involved, false), children_involved is not null
    from asked_report
)
select statistic, n, null, count(*) filter (where holds), count(*), count(*) filter (where known),
       null
  from flag group by statistic, n;

-- Codes, of records; not registered: null, empty, or nothing but UNKNOWN.
insert into answer
with carried as (
  select 'S05' as statistic, n, position, [seeker_role] as codes from asked_advice
  union all select 'S07', n, position, nature from asked_advice
  union all select unnest(['S10', 'S11']), n, position, [reporter_sector] from asked_report
  union all select 'S12', n, position, nature from asked_report
  union all select 'S13', n, position, forms from asked_report
  union all select 'S29', n, position, [repeat_kind] from asked_report
), stated as (
  select statistic, n, position,
         list_distinct(list_filter(codes, lambda c: c is not null and c <> 'UNKNOWN')) as codes
    from carried
)
select statistic, n, null, count(*), count(*), count(*) filter (where len(codes) > 0), null
  from stated group by statistic, n
union all
select statistic, n, code, count(*), null, null, null
  from (select statistic, n, unnest(codes) as code from stated) group by statistic, n, code;

-- Plain counts.
insert into answer
with counted_one as (
  select 'S01' as statistic, n, null as code, count(*) as count from asked_advice group by n
  union all select 'S08', n, null, count(distinct report_id) from asked_report group by n
  union all select 'S17', n, null, count(distinct service_id) from asked_service
    where service = 'CONDITIONS_AND_FOLLOW_UP' and status = 'REGISTERED' group by n
  union all select 'S20', n, null, count(distinct service_id) from asked_service
    where service = 'INVESTIGATION' and status = 'REGISTERED' group by n
  union all select 'S26a', n, null, count(*) from asked_assessment
    where outcome = 'HANDOVER_PROFESSIONAL' group by n
  union all select 'S26b', n, null, count(*) from asked_assessment
    where outcome = 'HANDOVER_CLIENT_NETWORK' group by n
  union all select 'S30', n, null, count(distinct case_id) from asked_report group by n
  union all select 'S30-completed', n, null, count(distinct (service, service_id))
    from asked_service where status = 'COMPLETED' group by n
  union all select 'S30-completed', n, service, count(distinct service_id)
    from asked_service where status = 'COMPLETED' and service <> 'UNKNOWN' group by n, service
)
select statistic, n, code, count, null, null, null from counted_one;

insert into answer
with ordered as (
  select *, (status_at at time zone 'Europe/Amsterdam')::date as day
    from valid where name = 'RestrainingOrderChanged'
)
select s.statistic, q.n, null, count(distinct o.order_id), null, null, null
  from asked q
  join ordered o on o.day between q.first and q.last
  join (values ('S23', 'IMPOSED'), ('S23-assessed', 'IMPOSED'),
               ('S23-assessed', 'ASSESSED_NOT_IMPOSED')) as s (statistic, status)
    on s.status = o.status
 where q.municipality is null or o.municipality = q.municipality
 group by s.statistic, q.n;

insert into answer
with active as (
  select mda_id, municipality, min(status_on) as first_on
    from valid where name = 'MdaRegistrationChanged' and status = 'ACTIVE'
   group by mda_id, municipality
)
select 'S27', q.n, null, count(distinct mda_id), null, null, null
  from asked q join active a on a.first_on between q.first and q.last
 where q.municipality is null or a.municipality = q.municipality
 group by q.n;

-- Monitoring: on a day the last of the statuses up to that day decides. It can only change on the
-- day of a status, so the first day of the period and those days are looked at.
insert into answer
with step as (
  select case_id, status, status_on, position from valid
   where name = 'CaseStatusChanged' and status in ('MONITORING_STARTED', 'MONITORING_ENDED')
), looked_at as (
  select q.n, q.municipality, s.case_id, s.status_on as day from asked q
    join step s on s.status_on between q.first and q.last
  union
  select q.n, q.municipality, s.case_id, q.first from asked q cross join step s
), seen as (
  select l.n, l.municipality, l.case_id, l.day,
         max_by(s.status, (s.status_on, s.position)) as status
    from looked_at l join step s on s.case_id = l.case_id and s.status_on <= l.day
   group by all
)
select 'S28', n, null, count(distinct case_id), null, null, null from seen
 where status = 'MONITORING_STARTED'
   and (municipality is null or exists (select 1 from report r where r.case_id = seen.case_id
                                           and r.municipality = seen.municipality))
 group by n;

insert into answer
select 'S28-held', q.n, null, count(*), null, null, null
  from asked q join moment m on m.status = 'HELD' and m.held_on between q.first and q.last
 where q.municipality is null
    or exists (select 1 from report r
                where r.case_id = m.case_id and r.municipality = q.municipality)
 group by q.n;
