create table projections.region (
  region text not null,
  name text not null,
  clock_mode text not null,
  known_at timestamptz not null,
  day date,
  primary key (region)
) with (fillfactor = 50);
comment on table projections.region is 'The regions that are open, and what time it is there.';
comment on column projections.region.region is 'Region code.';
comment on column projections.region.name is 'Name for people.';
comment on column projections.region.clock_mode is 'SYSTEM or REPLAY.';
comment on column projections.region.known_at is 'known_at of the last journal row: a REPLAY region''s now.';
comment on column projections.region.day is 'Day of the last tick; null before the first.';
