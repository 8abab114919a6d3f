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

-- name: list_others
-- Events that state no fact and change none: nothing of them but their place is kept.
insert into {event} (region, source, event_id, position, known_at, record_name)
select region, source, event_id, position, date_trunc('milliseconds', known_at), record_name
  from {log}
 where region = {region} and position <= {last} and record_name <> all({kinds}::text[])
   and position <> all({superseded}::bigint[]) and {taken};

-- name: frequencies
-- How often each kind of event stands in a log, by the planner's own statistics; none: not known.
select kind, avg(frequency)::float8
  from pg_inherits as i
  join pg_class as c on c.oid = i.inhrelid
  join pg_namespace as n on n.oid = c.relnamespace
  join pg_stats as s
    on s.schemaname = n.nspname and s.tablename = c.relname and s.attname = 'record_name',
  unnest(s.most_common_vals::text::text[], s.most_common_freqs) as t (kind, frequency)
 where i.inhparent = %(log)s::regclass
 group by kind;

-- name: superseded
-- Read in the order of the index on events, without the table and without sorting.
with twice as (
  select source, event_id from {log}
   where region = %(region)s group by source, event_id having count(*) > 1
), numbered as (
  select l.position, row_number() over (partition by l.source, l.event_id order by l.position) as n
    from twice as t
    join {log} as l on l.region = %(region)s and l.source = t.source and l.event_id = t.event_id
)
select position from numbered where n > 1 order by position;

-- name: by_index_only
select set_config('enable_hashagg', %(setting)s, true), set_config('enable_sort', %(setting)s, true);
