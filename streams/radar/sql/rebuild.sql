-- name: make_workings
-- What a rebuild needs beside the tables that it makes: how far it is, and what it would have said.
create table radar_next.position (
  region text primary key,
  position bigint not null
);
comment on table radar_next.position is 'How far the rebuild has read each region''s journal.';
comment on column radar_next.position.region is 'Region code.';
comment on column radar_next.position.position is 'Last journal position folded.';
create table radar_next.said (
  region text not null,
  journal_position bigint not null,
  household_id text collate "C" not null,
  number int not null,
  finding_id uuid not null,
  body bytea not null
);
comment on table radar_next.said is 'The finding log as this program would have written it.';
comment on column radar_next.said.region is 'Region code.';
comment on column radar_next.said.journal_position is 'Journal row that caused it.';
comment on column radar_next.said.household_id is 'Household token; a journal row speaks of households in their order.';
comment on column radar_next.said.number is 'Order among what that row says of that household.';
comment on column radar_next.said.finding_id is 'The finding it speaks of.';
comment on column radar_next.said.body is 'Avro FindingEvent with position and incarnation 0.';

-- name: index_said
create unique index on radar_next.said (region, journal_position, household_id, number);

-- name: live_position
select coalesce(max(position), 0) from engine.input
 where stage = 'radar' and version = %(version)s and region = %(region)s
   and topic = 'vt.journal.v1';

-- name: next_position
select coalesce(max(position), 0) from radar_next.position where region = %(region)s;

-- name: store_position
insert into radar_next.position as p (region, position)
values (%(region)s, %(position)s)
on conflict (region) do update set position = excluded.position;

-- name: rows_of_everyone
select body from engine.journal
 where region = %(region)s and position <= %(last)s and record_name = any(%(records)s::text[])
 order by position;

-- name: log_rows
select position, finding_id, row_version, body from engine.findings
 where region = %(region)s order by position;

-- name: log_rows_of
select position, finding_id, row_version, body from engine.findings
 where region = %(region)s and finding_id = any(%(finding_ids)s::uuid[]) order by position;

-- name: said
select 0::bigint, finding_id, 1::smallint, body from radar_next.said
 where region = %(region)s order by journal_position, household_id, number;

-- name: said_of
select 0::bigint, finding_id, 1::smallint, body from radar_next.said
 where region = %(region)s and finding_id = any(%(finding_ids)s::uuid[])
 order by journal_position, household_id, number;

-- name: journal_row
select incarnation, known_at from engine.journal
 where region = %(region)s and position = %(position)s;

-- name: insert_rule_set
-- The table has no key yet, and each row of the journal is read once.
insert into radar_next.rule_set (region, journal_position, rules, calendar)
values (%(region)s, %(position)s, %(rules)s::jsonb, %(calendar)s::jsonb);
