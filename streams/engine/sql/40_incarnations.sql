alter table engine.log_head add column relayed_offset bigint not null default -1;
comment on column engine.log_head.relayed_offset is 'Offset at which the broker acknowledged that row; what was committed later lies behind it.';

create table engine.incarnation (
  log text not null,
  region text not null,
  incarnation int not null,
  first_position bigint not null,
  opened_at timestamptz not null default now(),
  primary key (log, region, incarnation)
);
comment on table engine.incarnation is 'Where each incarnation of a log after the first began: a row per restored database.';
comment on column engine.incarnation.log is 'Name of the log.';
comment on column engine.incarnation.region is 'Region code.';
comment on column engine.incarnation.incarnation is 'From 2; see engine.log_head.';
comment on column engine.incarnation.first_position is 'Its first position: a topic record from there on under a lower incarnation is superseded.';
comment on column engine.incarnation.opened_at is 'When this database learnt of it.';
