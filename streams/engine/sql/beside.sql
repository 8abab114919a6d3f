-- name: options_of
-- How a table is stored, and what is said about it, which LIKE does not copy.
select array_to_string(c.reloptions, ', '), obj_description(c.oid, 'pg_class')
  from pg_class c
 where c.oid = %(table)s::regclass;

-- name: indexes_of
select i.relname, x.indisprimary, pg_get_indexdef(x.indexrelid)
  from pg_index x
  join pg_class i on i.oid = x.indexrelid
 where x.indrelid = %(table)s::regclass
 order by i.relname;

-- name: key_of
select a.attname
  from pg_index x
  cross join lateral unnest(x.indkey) with ordinality as k (attnum, place)
  join pg_attribute a on a.attrelid = x.indrelid and a.attnum = k.attnum
 where x.indrelid = %(table)s::regclass and x.indisprimary
 order by k.place;

-- name: views_on
-- Views that read the tables themselves; what reads those views keeps its hold on them.
select distinct n.nspname, v.relname, array_to_string(v.reloptions, ', '),
       pg_get_viewdef(v.oid)
  from pg_depend d
  join pg_rewrite r on r.oid = d.objid
  join pg_class v on v.oid = r.ev_class and v.relkind = 'v'
  join pg_namespace n on n.oid = v.relnamespace
 where d.classid = 'pg_rewrite'::regclass and d.refclassid = 'pg_class'::regclass
   and d.refobjid = any(%(tables)s::regclass[]::oid[]) and v.oid <> d.refobjid;

-- name: lock_heads
-- In the order of the regions, so that two who do this never wait for each other.
select region from engine.head
 where stage = %(stage)s and version = %(version)s and region = any(%(regions)s::text[])
 order by region
   for update;

-- name: end_leases
update engine.head
   set epoch = epoch + 1, worker = 'rebuild', claimed_at = now()
 where stage = %(stage)s and version = %(version)s and region = any(%(regions)s::text[]);

-- name: tables_in
select tablename from pg_tables where schemaname = %(schema)s order by tablename;
