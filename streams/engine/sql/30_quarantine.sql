create table engine.marker (
  stage text not null,
  version int not null,
  region text not null,
  topic text not null,
  place bigint not null,
  worker text not null,
  in_hand boolean not null default true,
  deaths int not null default 0,
  set_at timestamptz not null default clock_timestamp(),
  primary key (stage, version, region, topic, place, worker)
);
comment on table engine.marker is 'Records that a worker takes one by one after a death that one of them may have caused; empty while all is well.';
comment on column engine.marker.stage is 'Name of the stage.';
comment on column engine.marker.version is 'Version of the stage.';
comment on column engine.marker.region is 'Region code.';
comment on column engine.marker.topic is 'Topic of the record.';
comment on column engine.marker.place is 'Offset of the record; on a log topic the position of the row.';
comment on column engine.marker.worker is 'Slot of the worker that took it in hand.';
comment on column engine.marker.in_hand is 'Whether that worker has it in hand now, or had when it died; its next start decides.';
comment on column engine.marker.deaths is 'How many processes of that worker died of it; three over all workers set it aside.';
comment on column engine.marker.set_at is 'When it was taken in hand last.';
