create schema if not exists vault;
comment on schema vault is 'Who the tokens are: the only tables that lead to a person, each value encrypted.';

create table vault.person (
  region text not null,
  pid text not null,
  kek_version smallint not null,
  wrapped_key bytea,
  created_at timestamptz not null,
  primary key (region, pid)
);
comment on table vault.person is 'A person is a random token with a key of its own; erasing destroys the key.';
comment on column vault.person.region is 'Region code; tokens never cross regions.';
comment on column vault.person.pid is 'Random token.';
comment on column vault.person.kek_version is 'Version of the key-encryption key that wraps the person''s key.';
comment on column vault.person.wrapped_key is 'Data key of this person, AES-GCM under the key-encryption key; null once erased.';
comment on column vault.person.created_at is 'When the region first knew this person.';

create table vault.person_detail (
  region text not null,
  pid text not null,
  digest bytea not null,
  sealed bytea not null,
  seen_at timestamptz not null,
  primary key (region, pid, digest)
);
comment on table vault.person_detail is 'What was said about who a person is; a row per differing statement.';
comment on column vault.person_detail.region is 'Region code.';
comment on column vault.person_detail.pid is 'Token of the person.';
comment on column vault.person_detail.digest is 'HMAC of the statement: the same one is kept once.';
comment on column vault.person_detail.sealed is 'Numbers, names and birth date as JSON, AES-GCM under the person''s key.';
comment on column vault.person_detail.seen_at is 'When the region first knew this statement.';

create table vault.identity_index (
  region text not null,
  kind text not null check (kind in ('bsn', 'foreigner_number')),
  key_version smallint not null,
  hmac bytea not null,
  pid text not null,
  primary key (region, kind, key_version, hmac)
);
comment on table vault.identity_index is 'Finds a person by a number that is certain; useless without the identity key.';
comment on column vault.identity_index.region is 'Region code; it is part of what is hashed.';
comment on column vault.identity_index.kind is 'bsn or foreigner_number.';
comment on column vault.identity_index.key_version is 'Version of the identity key; two stand side by side during rotation.';
comment on column vault.identity_index.hmac is 'HMAC-SHA256 of the number, 16 bytes.';
comment on column vault.identity_index.pid is 'Token of the person.';
create index identity_index_pid on vault.identity_index (region, pid);

create table vault.name_index (
  region text not null,
  key_version smallint not null,
  hmac bytea not null,
  pid text not null,
  is_certain boolean not null,
  primary key (region, key_version, hmac, pid)
);
comment on table vault.name_index is 'People of one name and birth date: candidates for a person to judge, never a link.';
comment on column vault.name_index.region is 'Region code; it is part of what is hashed.';
comment on column vault.name_index.key_version is 'Version of the identity key.';
comment on column vault.name_index.hmac is 'HMAC-SHA256 of the normalised name and birth date, 16 bytes.';
comment on column vault.name_index.pid is 'Token of the person.';
comment on column vault.name_index.is_certain is 'Whether a number was known as well: two such people are never the same.';
create index name_index_pid on vault.name_index (region, pid);

create table vault.address (
  region text not null,
  token text not null,
  kek_version smallint not null,
  wrapped_key bytea,
  sealed bytea,
  created_at timestamptz not null,
  primary key (region, token)
);
comment on table vault.address is 'An address is a random token; its text stands encrypted under a key of its own.';
comment on column vault.address.region is 'Region code.';
comment on column vault.address.token is 'Random token.';
comment on column vault.address.kek_version is 'Version of the key-encryption key that wraps the address''s key.';
comment on column vault.address.wrapped_key is 'Data key of this address, AES-GCM under the key-encryption key.';
comment on column vault.address.sealed is 'Address as first stated, JSON, AES-GCM under its key; null when nothing was stated.';
comment on column vault.address.created_at is 'When the region first knew this address.';

create table vault.address_index (
  region text not null,
  key_version smallint not null,
  hmac bytea not null,
  token text not null,
  primary key (region, key_version, hmac)
);
comment on table vault.address_index is 'Finds an address by its BAG id; useless without the identity key.';
comment on column vault.address_index.region is 'Region code; it is part of what is hashed.';
comment on column vault.address_index.key_version is 'Version of the identity key.';
comment on column vault.address_index.hmac is 'HMAC-SHA256 of the BAG nummeraanduiding id, 16 bytes.';
comment on column vault.address_index.token is 'Token of the address.';

create table vault.sealing_key (
  region text not null,
  key_id bytea not null check (length(key_id) = 16),
  public_key bytea not null,
  wrapped_private_key bytea,
  kek_version smallint not null,
  state text not null check (state in ('active', 'retired', 'destroyed')),
  created_at timestamptz not null default now(),
  primary key (region, key_id),
  check ((wrapped_private_key is null) = (state = 'destroyed'))
);
comment on table vault.sealing_key is 'Keys to which persons are sealed on their way in; the gateway reads the public half only.';
comment on column vault.sealing_key.region is 'Region code.';
comment on column vault.sealing_key.key_id is 'Sixteen random bytes that name the key in a sealed block.';
comment on column vault.sealing_key.public_key is 'X25519 public key, 32 bytes.';
comment on column vault.sealing_key.wrapped_private_key is 'Private key, AES-GCM under the key-encryption key; null once destroyed.';
comment on column vault.sealing_key.kek_version is 'Version of the key-encryption key.';
comment on column vault.sealing_key.state is 'active: sealed to; retired: still opens; destroyed: opens nothing any more.';
comment on column vault.sealing_key.created_at is 'When the key was made; the youngest active one is handed out.';
create unique index sealing_key_active on vault.sealing_key (region) where state = 'active';
