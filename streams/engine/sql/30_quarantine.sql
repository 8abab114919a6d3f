create table engine.marker (
  stage text not null,
  version int not null,
  region text not null,
  topic text not null,
  place bigint not null,
  worker text not null default '',
  deaths int not null default 0,
  set_at timestamptz not null default clock_timestamp(),
  primary key (stage, version, region, topic, place)
);
comment on table engine.marker is 'Records that a worker takes one by one after a death that one of them may have caused; empty while all is well.';
comment on column engine.marker.stage is 'Name of the stage.';
comment on column engine.marker.version is 'Version of the stage.';
comment on column engine.marker.region is 'Region code.';
comment on column engine.marker.topic is 'Topic of the record.';
comment on column engine.marker.place is 'Offset of the record; on a log topic the position of the row.';
comment on column engine.marker.worker is 'Slot of the worker that has it in hand; empty when nobody has.';
comment on column engine.marker.deaths is 'How many workers died of it; at three it is set aside undecoded.';
comment on column engine.marker.set_at is 'When it was taken in hand last.';
