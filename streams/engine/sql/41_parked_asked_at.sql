-- A position of the parked row's own log does not say when it was taken up: that log may stand
-- still meanwhile. The journal cannot: the request is a row of it.
alter table engine.parked
  add column asked_at bigint,
  add check ((until is null) = (asked_at is null));
comment on column engine.parked.asked_at is 'Journal position of the request at which the waiting rows were applied; null while they wait.';
