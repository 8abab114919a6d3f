-- D1, D4 and D5 of every day by every calendar (domain.md 2.3, 2.4). Needs calendar and workday.
create table due as
with counted as (
  select c.position as calendar, unnest(generate_series(date '2018-02-01', date '2027-06-01',
         interval 1 day))::date as day
    from calendar c
)
select c.calendar, c.day, five.day as d1, rolled.day as d4, after.day as d5
  from counted c
  asof join workday w on w.calendar = c.calendar and w.day <= c.day
  join workday five on five.calendar = c.calendar and five.nr = w.nr + 5
  -- A term of weeks that ends on a day off ends on the next working day.
  asof join workday rolled on rolled.calendar = c.calendar and rolled.day >= five.day + 70
  asof join workday after on after.calendar = c.calendar and after.day >= c.day + 70;
