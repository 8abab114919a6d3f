-- Published editions, and where the logs stood on their knowledge date.

-- name: insert
insert into query.edition (
  region, name, first_day, last_day, known_on, municipality, is_factsheet, disclosure,
  journal_position, journal_incarnation, advice_position, advice_incarnation, rules_position,
  definitions, software, figures, figures_sha256, printed, printed_sha256
) values (
  %(region)s, %(name)s, %(first_day)s, %(last_day)s, %(known_on)s, %(municipality)s,
  %(is_factsheet)s, %(disclosure)s, %(journal_position)s, %(journal_incarnation)s,
  %(advice_position)s, %(advice_incarnation)s, %(rules_position)s, %(definitions)s, %(software)s,
  %(figures)s, %(figures_sha256)s, %(printed)s, %(printed_sha256)s
)
on conflict (region, name) do nothing
returning published_at;

-- name: one
select region, name, first_day, last_day, known_on, municipality, is_factsheet, disclosure,
  journal_position, journal_incarnation, advice_position, advice_incarnation, rules_position,
  definitions, software, published_at, figures, figures_sha256, printed, printed_sha256
from query.edition
where region = %(region)s and name = %(name)s;

-- name: all
select region, name, first_day, last_day, known_on, municipality, is_factsheet, disclosure,
  journal_position, journal_incarnation, advice_position, advice_incarnation, rules_position,
  definitions, software, published_at, figures, figures_sha256, printed, printed_sha256
from query.edition
where %(region)s::text is null or region = %(region)s
order by region, known_on, published_at, name;

-- name: journal_row
select known_at, incarnation from engine.journal
where region = %(region)s and position = %(position)s;

-- name: advice_row
select known_at, incarnation from engine.advice
where region = %(region)s and position = %(position)s;

-- name: heads
select coalesce(max(position) filter (where log = 'journal'), 0) as journal,
  coalesce(max(position) filter (where log = 'advice'), 0) as advice
from engine.log_head
where region = %(region)s;

-- name: projected
-- How far the facts are in each log.
select coalesce(max(position) filter (where projection = 'facts'), 0) as journal,
  coalesce(max(position) filter (where projection = 'advice' and log = 'advice'), 0) as advice
from projections.position
where region = %(region)s;

-- name: rules
select coalesce(max(position), 0) from engine.journal
where region = %(region)s and record_name = 'RulesActivated' and position <= %(position)s
  and record_name in ('ClockTicked', 'RulesActivated');

-- name: shown
-- What a page may read: what was published, the newest knowledge date first; all, or one by name.
select name, first_day, last_day, known_on, municipality, is_factsheet, disclosure, published_at,
  journal_position, software, printed, printed_sha256
from query.edition_view
where region = %(region)s and (%(name)s::text is null or name = %(name)s)
order by known_on desc, published_at desc, name;
