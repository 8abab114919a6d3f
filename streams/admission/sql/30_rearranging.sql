create table admission.moved_event (
  region text not null,
  position bigint not null,
  moved_at bigint not null,
  left_household text,
  joined_household text,
  primary key (region, position, moved_at)
);
comment on table admission.moved_event is 'Journal rows that came to belong to another household; the last move of each counts.';
comment on column admission.moved_event.region is 'Region code.';
comment on column admission.moved_event.position is 'Journal position of the row that moved.';
comment on column admission.moved_event.moved_at is 'Journal position of the HouseholdsRearranged row that moved it.';
comment on column admission.moved_event.left_household is 'Household that it left; null when it counted nowhere.';
comment on column admission.moved_event.joined_household is 'Household that it joined; null when it counts nowhere any more.';
create index moved_event_joined on admission.moved_event (region, joined_household);

create table admission.arrangement (
  region text not null,
  position bigint not null,
  number smallint not null,
  kind text not null check (kind in ('merge', 'split', 'refuse', 'admit')),
  kept text not null,
  other text not null,
  moved_at bigint not null,
  is_undone boolean not null default false,
  primary key (region, position, number)
);
comment on table admission.arrangement is 'What a decision of an analyst did, so that a correction can undo it.';
comment on column admission.arrangement.region is 'Region code.';
comment on column admission.arrangement.position is 'Journal position of the decision.';
comment on column admission.arrangement.number is 'One decision may do several things, in this order.';
comment on column admission.arrangement.kind is 'merge, split, refuse (a person does not belong here) or admit (belongs here after all).';
comment on column admission.arrangement.kept is 'Household that goes on, was split, or refuses or admits a person.';
comment on column admission.arrangement.other is 'Household that went into it or came out of it; or the person.';
comment on column admission.arrangement.moved_at is 'Journal position after which events came to the kept household by themselves.';
comment on column admission.arrangement.is_undone is 'Whether a correction has taken the decision back.';

create table admission.link_refusal (
  region text not null,
  household_id text not null,
  pid text not null,
  primary key (region, household_id, pid)
);
comment on table admission.link_refusal is 'Who does not belong to a household although events name both: nothing makes them a member.';
comment on column admission.link_refusal.region is 'Region code.';
comment on column admission.link_refusal.household_id is 'Household token.';
comment on column admission.link_refusal.pid is 'Person token.';

create table admission.told_sighting (
  region text not null,
  pid text not null,
  sighting_position bigint not null,
  household_id text not null,
  position bigint not null,
  primary key (region, position)
);
comment on table admission.told_sighting is 'Which household heard of which sighting, by which row of the hub; gone when it is taken back.';
comment on column admission.told_sighting.region is 'Region code.';
comment on column admission.told_sighting.pid is 'Person token.';
comment on column admission.told_sighting.sighting_position is 'Journal position of the event in which the person was seen.';
comment on column admission.told_sighting.household_id is 'Household that was told.';
comment on column admission.told_sighting.position is 'Journal position of the PersonSeenElsewhere row.';

create index told_sighting_person on admission.told_sighting (region, pid);

create index reference_household on admission.reference (region, household_id);
create index membership_support_household on admission.membership_support (region, household_id);
create index sighting_household on admission.sighting (region, household_id);
create index household_merged on admission.household (region, merged_into)
  where merged_into is not null;
