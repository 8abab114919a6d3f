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

-- name: column_types
select attname, format_type(atttypid, atttypmod) from pg_attribute
 where attrelid = %(table)s::regclass and attnum > 0 and not attisdropped;

-- name: rows_backwards
-- From the newest row to the oldest, of some kinds of events.
select position, record_name, body from {log}
 where region = {region} and position <= {last} and record_name = any({kinds}::text[])
   and position <> all({superseded}::bigint[]) and {taken}
 order by position desc;

-- name: list_others
-- Events that state no fact and change none: nothing of them but their place is kept.
insert into {event} (region, source, event_id, position, known_at, record_name)
select region, source, event_id, position, date_trunc('milliseconds', known_at), record_name
  from {log}
 where region = {region} and position <= {last} and record_name <> all({kinds}::text[])
   and position <> all({superseded}::bigint[]) and {taken};

-- name: sampled_kinds
select record_name, count(*) from {log} tablesample system ({percent})
 where region = %(region)s group by record_name;

-- name: superseded
-- Read in the order of the index on events, so that nothing is sorted.
with twice as (
  select source, event_id, min(position) as first from {log}
   where region = %(region)s group by source, event_id having count(*) > 1
)
select l.position from twice as t
  join {log} as l on l.region = %(region)s and l.source = t.source and l.event_id = t.event_id
 where l.position > t.first order by l.position;
