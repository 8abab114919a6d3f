create table engine.parked (
  id uuid primary key,
  stage text not null,
  version int not null,
  region text not null,
  log text not null,
  household_id text not null,
  position bigint not null,
  code text not null,
  place text not null,
  attempts int not null default 1,
  parked_at timestamptz not null default clock_timestamp(),
  tried_at timestamptz not null default clock_timestamp(),
  until bigint check (until >= position),
  redriven_at timestamptz
);
comment on table engine.parked is 'Households of which a stage could not apply a log row: from there on their rows wait. Rows stay, as intervals.';
comment on column engine.parked.id is 'UUIDv5 of stage, version, region, log, household and position.';
comment on column engine.parked.stage is 'Stage that could not apply the row.';
comment on column engine.parked.version is 'Version of the stage.';
comment on column engine.parked.region is 'Region code.';
comment on column engine.parked.log is 'Log of the row: journal or findings.';
comment on column engine.parked.household_id is 'Household token.';
comment on column engine.parked.position is 'First position of the log whose row waits.';
comment on column engine.parked.code is 'Class of the error; its text may quote values and is not kept.';
comment on column engine.parked.place is 'Innermost lines of the program where it arose.';
comment on column engine.parked.attempts is 'How often applying it failed.';
comment on column engine.parked.parked_at is 'When it was parked.';
comment on column engine.parked.tried_at is 'When it failed last.';
comment on column engine.parked.until is 'Log position that the stage had reached when the waiting rows were applied; null while they wait.';
comment on column engine.parked.redriven_at is 'When the waiting rows were applied.';
create unique index parked_open on engine.parked (stage, version, region, log, household_id)
  where until is null;
create index parked_region on engine.parked (region, stage, log, household_id);

create view engine.waiting_row as
select p.stage, p.version, p.region, p.log, j.position, p.household_id
  from engine.parked p
  join engine.journal j
    on j.region = p.region and j.position >= p.position
   and j.households @> array[p.household_id]
 where p.log = 'journal' and p.until is null
union all
select p.stage, p.version, p.region, p.log, f.position, p.household_id
  from engine.parked p
  join engine.findings f
    on f.region = p.region and f.position >= p.position and f.household_id = p.household_id
 where p.log = 'findings' and p.until is null;
comment on view engine.waiting_row is 'Log rows that a stage has not applied to a household, because it is parked.';
