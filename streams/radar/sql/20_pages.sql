create table radar.household_page (
  region text not null,
  household_id text not null,
  number int not null,
  body bytea not null,
  primary key (region, household_id, number)
);
comment on table radar.household_page is 'Pages of households too large to be written whole at each of their events.';
comment on column radar.household_page.region is 'Region code.';
comment on column radar.household_page.household_id is 'Household token; its row in radar.household_state says how many pages there are.';
comment on column radar.household_page.number is '0: corrections and findings; from 1 on: facts.';
comment on column radar.household_page.body is 'The page''s one form in bytes; see streams.household.stored.';
