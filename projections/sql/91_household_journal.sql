-- One household in a page is the third driver of the fold (after live units and rebuilds): it needs
-- the rows themselves. They hold random tokens for people and no sealed block.
create view projections.household_journal_view as
select region, position, known_at, record_name, households, body
from engine.journal
where households <> '{}' or record_name in ('ClockTicked', 'RulesActivated');
comment on view projections.household_journal_view is 'Journal rows of households, and those that concern every household.';

do $$
begin
  if exists (select 1 from pg_roles where rolname = 'radar_query') then
    grant select on projections.household_journal_view to radar_query;
  end if;
end
$$;
