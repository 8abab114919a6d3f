-- Twenty years of twenty-five regions straight into the fact tables: {reports} reports and what
-- follows them, in the shares of the simulated Drenthe; the first region has a tenth of all.
-- In order of time, regions mixed, as the log has them; one in thirty is stated anew after a month.

create temporary table told as
select r,
  'regio-' || lpad((case when abs(hashint8(r)) % 10 = 0 then 0
    else 1 + abs(hashint8(r * 7)) % 24 end)::text, 2, '0') as region,
  date '2006-01-01' + (r * 7305 / {reports})::int as day,
  'GM' || lpad((abs(hashint8(r * 3)) % 12)::text, 4, '0') as municipality,
  abs(hashint8(r * 11)) as dice,
  abs(hashint8(r * 13)) % 60 as later
from generate_series(1::bigint, {reports}) as r;

-- Of which hundredths of the reports there is a version, opened and closed so many days later.
create temporary table version (dice_from int, dice_to int, opened int, closed int);
insert into version values (3, 100, 0, null), (0, 3, 0, 30), (0, 3, 30, null);

insert into projections.fact_report (region, chain, position, source, event_id, event_known_at,
  household_id, report_id, case_id, received_on, reporter_sector, reporter_role, municipality,
  nature, forms, children_involved, repeat_kind, acute, reasons, position_from, position_to,
  known_from, known_to, assessment_due_on, service_due_on)
select t.region, 'M' || t.r, t.r * 100 + v.opened, 'urn:nld:oin:00000001001234567000:systeem:vt',
  'm' || t.r || '-' || v.opened, t.day + v.opened, 'h' || t.r, 'M' || t.r, 'Z' || t.r * 3 / 4,
  t.day,
  (array['JUSTICE_AND_SAFETY', 'MEDICAL', 'EDUCATION', 'NON_PROFESSIONAL', 'UNKNOWN'])
    [1 + t.dice % 5], null, t.municipality,
  case when t.dice % 17 = 0 then '{{}}' else array[(array['CHILD_ABUSE', 'EX_PARTNER_VIOLENCE',
    'ELDER_ABUSE'])[1 + t.dice % 3], 'OTHER_DOMESTIC_VIOLENCE'] end,
  case when t.dice % 15 = 0 then '{{}}' else array[(array['PHYSICAL_ABUSE', 'EMOTIONAL_ABUSE',
    'EMOTIONAL_NEGLECT'])[1 + t.dice % 3], 'WITNESS_OF_VIOLENCE'] end,
  t.dice % 6 <> 0, 'FIRST', false, '{{}}', t.r * 100 + v.opened, t.r * 100 + v.closed,
  t.day + v.opened, coalesce((t.day + v.closed)::timestamptz, 'infinity'), t.day + 7, t.day + 77
from told as t join version as v on t.dice % 100 >= v.dice_from and t.dice % 100 < v.dice_to;

insert into projections.fact_assessment (region, chain, position, source, event_id, event_known_at,
  household_id, report_id, case_id, completed_on, outcome, sources_used, life_domains,
  position_from, known_from, known_to)
select t.region, 'M' || t.r, t.r * 100 + 40, 'urn:nld:oin:00000001001234567000:systeem:vt',
  'a' || t.r, t.day + t.later, 'h' || t.r, 'M' || t.r, 'Z' || t.r * 3 / 4, t.day + t.later,
  (array['HANDOVER_PROFESSIONAL', 'HANDOVER_CLIENT_NETWORK', 'INVESTIGATION',
    'CONDITIONS_AND_FOLLOW_UP'])[1 + t.dice % 4], '{{}}', '{{}}', t.r * 100 + 40, t.day + t.later,
  'infinity'
from told as t where t.dice % 100 < 91;

insert into projections.fact_service (region, chain, position, source, event_id, event_known_at,
  household_id, service_id, case_id, report_id, service, status, status_on, result_codes,
  position_from, known_from, known_to, decision_due_on)
select t.region, 's' || t.r || '-' || s.after, t.r * 100 + 50 + s.place,
  'urn:nld:oin:00000001001234567000:systeem:vt', 's' || t.r || '-' || s.after, t.day + s.after,
  'h' || t.r, 'D' || t.r, 'Z' || t.r * 3 / 4, 'M' || t.r,
  case when t.dice % 2 = 0 then 'INVESTIGATION' else 'CONDITIONS_AND_FOLLOW_UP' end, s.status,
  t.day + s.after, '{{}}', t.r * 100 + 50 + s.place, t.day + s.after, 'infinity',
  case when t.dice % 2 = 0 and s.status = 'REGISTERED' then t.day + s.after + 70 end
from told as t
cross join (values (0, 'REGISTERED', 7), (1, 'PICKED_UP', 30), (2, 'COMPLETED', 90))
  as s (place, status, after)
where t.dice % 100 < 11;

insert into projections.fact_advice (region, chain, position, source, event_id, event_known_at,
  given_on, channel, seeker_sector, seeker_role, from_school, municipality, nature, anonymous,
  reasons, position_from, known_from, known_to)
select t.region, 'v' || t.r || '-' || n, t.r * 10 + n,
  'urn:nld:oin:00000001001234567000:systeem:vt', 'v' || t.r || '-' || n, t.day, t.day,
  case when t.dice % 10 = 0 then 'CHAT' else 'PHONE' end, 'EDUCATION',
  lpad((1 + t.dice % 20)::text, 2, '0'), t.dice % 12 = 0, t.municipality,
  case when t.dice % 50 = 0 then '{{}}' else array['CHILD_ABUSE'] end, false, '{{}}', t.r * 10 + n,
  t.day, 'infinity'
from told as t
cross join generate_series(0, 1) as n where n = 0 or t.dice % 100 < 59;

insert into projections.fact_handover (region, chain, position, source, event_id, event_known_at,
  household_id, handover_id, case_id, to_kind, sent_on, safety_conditions, codes, position_from,
  known_from, known_to)
select t.region, 'o' || t.r, t.r * 100 + 60, 'urn:nld:oin:00000001001234567000:systeem:vt',
  'o' || t.r, t.day + 60, 'h' || t.r, 'O' || t.r, 'Z' || t.r * 3 / 4, 'LOCAL_TEAM', t.day + 60,
  false, '{{}}', t.r * 100 + 60, t.day + 60, 'infinity'
from told as t where t.dice % 100 >= 85;

insert into projections.fact_case_status (region, chain, position, source, event_id,
  event_known_at, household_id, case_id, status, status_on, position_from, known_from, known_to)
select t.region, 'c' || t.r || '-' || s.after, t.r * 100 + 70 + s.place,
  'urn:nld:oin:00000001001234567000:systeem:vt', 'c' || t.r || '-' || s.after, t.day + s.after,
  'h' || t.r, 'Z' || t.r * 3 / 4, s.status, t.day + s.after, t.r * 100 + 70 + s.place,
  t.day + s.after, 'infinity'
from told as t
cross join (values (0, 'MONITORING_STARTED', 60), (1, 'MONITORING_ENDED', 400))
  as s (place, status, after)
where t.dice % 1000 < 44;

insert into projections.fact_monitoring_moment (region, chain, position, source, event_id,
  event_known_at, household_id, case_id, moment_no, planned_on, status, held_on, position_from,
  known_from, known_to)
select t.region, 'p' || t.r, t.r * 100 + 80, 'urn:nld:oin:00000001001234567000:systeem:vt',
  'p' || t.r, t.day + 150, 'h' || t.r, 'Z' || t.r * 3 / 4, 1, t.day + 150, 'HELD', t.day + 150,
  t.r * 100 + 80, t.day + 150, 'infinity'
from told as t where t.dice % 1000 < 54;

insert into projections.fact_restraining_order (region, chain, position, source, event_id,
  event_known_at, household_id, order_id, status, status_at, status_on, because_of_child_abuse,
  municipality, position_from, known_from, known_to)
select t.region, 'b' || t.r, t.r * 100 + 90, 'urn:nld:oin:00000001001234567001:systeem:bvh',
  'b' || t.r, t.day, 'h' || t.r, 'H' || t.r, 'IMPOSED', t.day, t.day, false, t.municipality,
  t.r * 100 + 90, t.day, 'infinity'
from told as t where t.dice % 1000 < 48;

insert into projections.fact_mda_registration (region, chain, position, source, event_id,
  event_known_at, household_id, mda_id, status, status_on, municipality, life_domains,
  position_from, known_from, known_to)
select t.region, 'd' || t.r, t.r * 100 + 91, 'urn:nld:oin:00000001001234567002:systeem:mda',
  'd' || t.r, t.day, 'h' || t.r, 'A' || t.r, 'ACTIVE', t.day, t.municipality, '{{}}',
  t.r * 100 + 91, t.day, 'infinity'
from told as t where t.dice % 1000 < 15;

insert into projections.fact_information_duty (region, chain, position, source, event_id,
  event_known_at, household_id, case_id, report_id, party, pid, content, informed_on,
  position_from, known_from, known_to)
select t.region, 'i' || t.r, t.r * 100 + 92, 'urn:nld:oin:00000001001234567000:systeem:vt',
  'i' || t.r, t.day + 5, 'h' || t.r, 'Z' || t.r * 3 / 4, 'M' || t.r,
  case when t.dice % 2 = 0 then 'REPORTER' else 'SUBJECT' end, 'p' || t.r, 'DATA_RECORDED',
  t.day + 5, t.r * 100 + 92, t.day + 5, 'infinity'
from told as t where t.dice % 1000 < 26;

drop table told, version;
