-- Pages read through the role radar_query: views, nothing else. Where the migrating user may make
-- no roles, the organisation makes it and grants the same (infra/postgres).
do $$
declare
  readable text;
begin
  if not exists (select 1 from pg_roles where rolname = 'radar_query') then
    begin
      create role radar_query nologin;
    exception
      when insufficient_privilege then
        raise notice 'role radar_query is absent and may not be made here: no grants given';
        return;
      when duplicate_object or unique_violation then
        null;  -- another database of this server made it in the meantime
    end;
  end if;
  grant usage on schema projections to radar_query;
  foreach readable in array array[
    'household_view', 'timeline_view', 'finding_view', 'radar_list_view', 'region_view',
    'report_facts', 'assessment_facts', 'service_facts', 'advice_facts'
  ] loop
    execute format('grant select on projections.%I to radar_query', readable);
  end loop;
end
$$;
