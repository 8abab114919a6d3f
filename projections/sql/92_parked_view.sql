-- Of whom pages and figures do not tell everything: a stage could not apply one of their rows.
create view projections.parked_view as
select distinct p.region, p.household_id
from engine.parked as p
where p.until is null and p.stage in ('radar', 'projections')
  and p.version = (
    select max(h.version) from engine.head as h where h.stage = p.stage and h.region = p.region
  );
comment on view projections.parked_view is 'Households whose rows wait, in the radar or in the read tables.';

do $$
begin
  -- Absent where the migrating user may make no roles; see 90_grants.sql.
  if exists (select 1 from pg_roles where rolname = 'radar_query') then
    grant select on projections.parked_view to radar_query;
  end if;
end
$$;
