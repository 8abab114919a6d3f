-- Editions are said once and kept for ever: they follow from nothing that could be replayed under
-- the same rules and the same program, so no rebuild touches them and every backup holds them.
create schema if not exists query;
comment on schema query is 'What was published: it stands by itself and is never made again.';

create table query.edition (
  region text not null,
  name text not null,
  first_day date not null,
  last_day date not null,
  known_on date not null,
  municipality text,
  is_factsheet boolean not null,
  disclosure text not null,
  journal_position bigint not null,
  journal_incarnation int not null,
  advice_position bigint not null,
  advice_incarnation int not null,
  rules_position bigint not null,
  definitions int not null,
  software text not null,
  published_at timestamptz not null default clock_timestamp(),
  figures text not null,
  figures_sha256 text not null,
  printed text not null,
  printed_sha256 text not null,
  primary key (region, name),
  check (name ~ '^[a-z0-9][a-z0-9-]{0,62}$'),
  check (first_day <= last_day)
);
comment on table query.edition is 'Published reports, as they were published.';
comment on column query.edition.region is 'Region code.';
comment on column query.edition.name is 'Name of the edition within its region.';
comment on column query.edition.first_day is 'First day of the period that it reports on.';
comment on column query.edition.last_day is 'Last day of that period.';
comment on column query.edition.known_on is 'Knowledge date: what was known at the end of this day counts.';
comment on column query.edition.municipality is 'Only of this municipality; null: the whole region.';
comment on column query.edition.is_factsheet is 'Printed as the factsheet of a year; else as the Bestuursrapportage.';
comment on column query.edition.disclosure is 'How its numbers are protected: none, round5 or suppress:N.';
comment on column query.edition.journal_position is 'Last journal position that was known on the knowledge date.';
comment on column query.edition.journal_incarnation is 'Incarnation of that row, see engine.log_head; 0 when there was none.';
comment on column query.edition.advice_position is 'Last position of the advice log that was known then.';
comment on column query.edition.advice_incarnation is 'Incarnation of that row; 0 when there was none.';
comment on column query.edition.rules_position is 'Journal position of the RulesActivated row in force then; 0 without one.';
comment on column query.edition.definitions is 'Version of the definitions of the statistics.';
comment on column query.edition.software is 'Version of Radar that counted.';
comment on column query.edition.published_at is 'When it was published, by the clock of the database server.';
comment on column query.edition.figures is 'The report with every number as counted, as JSON text: stays within the house.';
comment on column query.edition.figures_sha256 is 'SHA-256 of figures in UTF-8.';
comment on column query.edition.printed is 'The report as published, after protection, as JSON text.';
comment on column query.edition.printed_sha256 is 'SHA-256 of printed in UTF-8.';

create function query.refuse_change() returns trigger language plpgsql as $$
begin
  raise exception 'an edition is never changed or removed: publish another one'
    using errcode = 'restrict_violation';
end
$$;
comment on function query.refuse_change() is 'Keeps a table append-only.';

create trigger edition_stands before update or delete on query.edition
  for each row execute function query.refuse_change();
create trigger editions_stand before truncate on query.edition
  for each statement execute function query.refuse_change();

-- Pages show what was published, never the numbers behind it.
create view query.edition_view as
select region, name, first_day, last_day, known_on, municipality, is_factsheet, disclosure,
  journal_position, advice_position, definitions, software, published_at, printed, printed_sha256
from query.edition;
comment on view query.edition_view is 'Published reports without the numbers behind them.';

do $$
begin
  -- Absent where the migrating user may make no roles; see projections/sql/90_grants.sql.
  if exists (select 1 from pg_roles where rolname = 'radar_query') then
    grant usage on schema query to radar_query;
    grant select on query.edition_view to radar_query;
  end if;
end
$$;
