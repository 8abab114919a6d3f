-- Findings for statistics: a household is a hash of its token here, so that no figure leads to it.
create view projections.finding_step_facts as
select s.region, s.position, s.finding_id, md5(s.household_id) as household, s.rule_id, s.kind,
  s.level, s.known_at, s.known_on, h.municipality
from projections.finding_step as s
left join projections.household as h using (region, household_id);
comment on view projections.finding_step_facts is 'Steps of findings for statistics; the municipality is that of the household now.';

do $$
begin
  -- Absent where the migrating user may make no roles; see 90_grants.sql.
  if exists (select 1 from pg_roles where rolname = 'radar_query') then
    grant select on projections.finding_step_facts to radar_query;
  end if;
end
$$;
