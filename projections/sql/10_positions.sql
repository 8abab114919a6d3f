create schema if not exists projections;
comment on schema projections is 'Tables that people ask questions of; all of it can be made again from the logs.';

create table projections.position (
  region text not null,
  projection text not null,
  log text not null,
  position bigint not null,
  incarnation int not null,
  projected_at timestamptz not null default clock_timestamp(),
  primary key (region, projection, log)
) with (fillfactor = 50);
comment on table projections.position is 'How far each group of tables has come in each log, so that one can be rebuilt beside the others.';
comment on column projections.position.region is 'Region code.';
comment on column projections.position.projection is 'Name of the group of tables, as in projections.stage.PROJECTIONS.';
comment on column projections.position.log is 'Name of the log: journal, findings or advice.';
comment on column projections.position.position is 'Last position applied.';
comment on column projections.position.incarnation is 'Incarnation of that row, see engine.log_head.';
comment on column projections.position.projected_at is 'When it was applied, by the clock of the database server.';
