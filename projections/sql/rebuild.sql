-- name: make_workings
-- {next} is the schema of a rebuild. How far it is, and which household went into which.
create table {next}.position (like projections.position including all);
comment on table {next}.position is 'How far the rebuild has come in each log.';
create table {next}.merge (
  number bigint generated always as identity primary key,
  region text not null,
  household_id text not null,
  merged_into text
);
comment on table {next}.merge is 'Mergers and their undoing in the order of the journal; the last one counts.';
comment on column {next}.merge.number is 'Order of the journal within a region.';
comment on column {next}.merge.region is 'Region code.';
comment on column {next}.merge.household_id is 'Token of the household.';
comment on column {next}.merge.merged_into is 'Token of the household that took it over; null when undone.';
create index on {next}.merge (region, household_id);

-- name: view_text
select pg_get_viewdef(%(view)s::regclass);

-- name: households
select distinct household_id from projections.timeline where region = %(region)s;

-- name: merges_of
select distinct on (household_id) household_id, merged_into
  from projections.merge
 where region = %(region)s and household_id = any(%(household_ids)s::text[])
 order by household_id, number desc;

-- name: positions
select projection, log, position from projections.position where region = %(region)s;
