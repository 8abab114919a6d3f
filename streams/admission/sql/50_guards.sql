alter table admission.membership add column hops smallint not null default 0;
comment on column admission.membership.hops is 'Reports between this person and those who founded the household: 0 for them, and after a decision.';

create table admission.residence (
  region text not null,
  address text not null,
  household_id text not null,
  position bigint not null,
  is_shared boolean not null,
  lives_from date not null,
  lives_until date,
  primary key (region, address, household_id)
);
comment on table admission.residence is 'Which households were said to live at which address: what co-residence is found by.';
comment on column admission.residence.region is 'Region code.';
comment on column admission.residence.address is 'Address token.';
comment on column admission.residence.household_id is 'Household as the event was placed.';
comment on column admission.residence.position is 'Journal position of the event that said so first.';
comment on column admission.residence.is_shared is 'A shelter or an institution: who lives there is no family.';
comment on column admission.residence.lives_from is 'Day of that event.';
comment on column admission.residence.lives_until is 'Day on which they moved away; null while they live there.';
