-- Terms, the work stock and the duty to inform.

insert into answer
with measured as (
  select n, completed_on - received_on as days,
         case when completed_on <= d1 then 'WITHIN_LAW'
              when completed_on - received_on <= 15 then 'WITHIN_15_DAYS' else 'LATER' end as code
    from asked_assessment where received_on is not null
)
select 'S15', n, code, count(*), count(*), count(*), sum(days)
  from measured group by grouping sets ((n), (n, code));

-- A service completed twice within a period is measured once, by the last statement.
insert into answer
with completed as (
  select s.n, s.service, s.service_id, s.status_on, s.report_id from asked_service s
   where s.status = 'COMPLETED'
 qualify row_number() over (partition by s.n, s.service, s.service_id order by s.position desc) = 1
), measured as (
  select case c.service when 'INVESTIGATION' then 'S21' when 'CONDITIONS_AND_FOLLOW_UP' then 'S18'
         end as statistic, c.n, c.status_on, c.status_on - r.received_on as days, r.d4,
         (select max(s.d5) from service s where s.service_id = c.service_id) as d5
    from completed c join report r on r.report_id = c.report_id
), coded as (
  select statistic, n, days, null as code from measured
  union all
  select statistic, n, days, case when days < 76 then 'WITHIN_75_DAYS'
                                  when days < 106 then 'WITHIN_105_DAYS' else 'LATER' end
    from measured
  union all select statistic, n, days, 'BY_LAW' from measured where status_on <= d4
  union all select statistic, n, days, 'AFTER_DECISION' from measured where status_on <= d5
)
select statistic, n, code, count(*), count(*), count(*), sum(days)
  from coded where statistic is not null group by statistic, n, code;

-- The work stock of a question is that of its first day.
insert into answer
with open_one as (
  select q.n, r.d1 < q.first as overdue from asked q
    join report r on r.received_on <= q.first
   where (q.municipality is null or r.municipality = q.municipality)
     and not exists (select 1 from assessment a
                      where a.report_id = r.report_id and a.completed_on <= q.first)
)
select 'S16', n, null, count(*), null, null, null from open_one group by n
union all select 'S16', n, 'OPEN', count(*), null, null, null from open_one group by n
union all
select 'S16', n, 'OVERDUE', count(*), null, null, null from open_one where overdue group by n;

insert into answer
with said_before as (
  select q.n, q.first, q.municipality, s.service, s.service_id, any_value(s.report_id) as report_id,
         list(s.status) as statuses, max(s.d5) as d5
    from asked q join service s on s.status_on < q.first
   group by all
), open_one as (
  select case b.service when 'INVESTIGATION' then 'S22' when 'CONDITIONS_AND_FOLLOW_UP' then 'S19'
         end as statistic, b.n,
         case when list_contains(b.statuses, 'PICKED_UP') then 'PICKED_UP' else 'WAITING' end
           as code,
         coalesce(b.d5, r.d4) < b.first as overdue
    from said_before b left join report r on r.report_id = b.report_id
   where list_contains(b.statuses, 'REGISTERED')
     and not list_has_any(b.statuses, ['COMPLETED', 'ABORTED'])
     and (b.municipality is null or r.municipality = b.municipality)
)
select statistic, n, null, count(*), null, null, null from open_one
 where statistic is not null group by statistic, n
union all select statistic, n, code, count(*), null, null, null from open_one
 where statistic is not null group by statistic, n, code
union all select statistic, n, 'OVERDUE', count(*), null, null, null from open_one
 where statistic is not null and overdue group by statistic, n;

-- D2: reporters, within five working days.
insert into answer
select 'S33-reporters', n, null, count(*) filter (where exists (
         select 1 from valid t where t.name = 'PartyInformed' and t.party = 'REPORTER'
            and t.report_id = asked_report.report_id and t.informed_on <= asked_report.d1)),
       count(*), count(*), null
  from asked_report where d1 <= getvariable('known_on') group by n;

-- D3: each person within 28 days, or by a postponement of at most 14 days more.
insert into answer
with told as (
  select r.n, r.report_id, t.pid, r.received_on + 28 as plain_due, min(t.informed_on) as told_on,
         max(t.postponed_until) filter (where t.postponed_until <= r.received_on + 42) as later
    from asked_report r
    join valid t on t.name = 'PartyInformed' and t.report_id = r.report_id
                and t.party in ('SUBJECT', 'PARENT_OF_SUBJECT')
   group by r.n, r.report_id, t.pid, r.received_on
), due_one as (
  select n, told_on, greatest(plain_due, coalesce(later, plain_due)) as due_on from told
)
select 'S33-subjects', n, null, count(*) filter (where told_on <= due_on), count(*), count(*), null
  from due_one where due_on <= getvariable('known_on') group by n;
