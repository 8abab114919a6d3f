-- Bitemporal facts: own dates x log positions. A figure as known on K reads the rows with
-- known_from < end of K and known_to >= end of K, and nothing else.

create table projections.fact_advice (
  region text not null,
  chain text not null,
  position bigint not null,
  source text not null,
  event_id text not null,
  event_known_at timestamptz not null,
  given_on date not null,
  channel text not null,
  seeker_sector text not null,
  seeker_role text,
  from_school boolean not null,
  municipality text,
  nature text[] not null,
  anonymous boolean not null,
  reasons text[] not null,
  position_from bigint not null,
  position_to bigint,
  known_from timestamptz not null,
  known_to timestamptz not null,
  primary key (region, position, position_from)
);
comment on table projections.fact_advice is 'Advice given: holds nobody, joins nothing.';
comment on column projections.fact_advice.region is 'Region code.';
comment on column projections.fact_advice.chain is 'What a newer statement replaces; source and id where nothing does.';
comment on column projections.fact_advice.position is 'Log position of the event that states the fact.';
comment on column projections.fact_advice.source is 'Source of that event.';
comment on column projections.fact_advice.event_id is 'Id of that event within its source.';
comment on column projections.fact_advice.event_known_at is 'When the region knew that event.';
comment on column projections.fact_advice.given_on is 'Day of the advice.';
comment on column projections.fact_advice.channel is 'Channel: chat, phone, …';
comment on column projections.fact_advice.seeker_sector is 'Sector of who asked.';
comment on column projections.fact_advice.seeker_role is 'Role of who asked, code list ip2015_role.';
comment on column projections.fact_advice.from_school is 'Whether a school asked.';
comment on column projections.fact_advice.municipality is 'CBS code of the municipality.';
comment on column projections.fact_advice.nature is 'Natures; empty or only UNKNOWN is not registered.';
comment on column projections.fact_advice.anonymous is 'Whether who asked stayed anonymous.';
comment on column projections.fact_advice.reasons is 'Reasons for contact, code list ip2015_reason.';
comment on column projections.fact_advice.position_from is 'First position from which the statement stood.';
comment on column projections.fact_advice.position_to is 'Position that closed it; null while it stands.';
comment on column projections.fact_advice.known_from is 'When the region knew position_from.';
comment on column projections.fact_advice.known_to is 'When the region knew position_to; infinity while it stands. Known at K: known_from < end of K and known_to >= end of K.';
create index fact_advice_chain on projections.fact_advice (region, chain);
create index fact_advice_day on projections.fact_advice (region, given_on);
