-- What 72_statistics_views.sql added, for the role that pages read through; see 90_grants.sql.
do $$
declare
  readable text;
begin
  if not exists (select 1 from pg_roles where rolname = 'radar_query') then
    raise notice 'role radar_query is absent: no grants given';
    return;
  end if;
  foreach readable in array array[
    'handover_facts', 'restraining_order_facts', 'mda_facts', 'case_status_facts',
    'monitoring_facts', 'information_duty_facts'
  ] loop
    execute format('grant select on projections.%I to radar_query', readable);
  end loop;
end
$$;
