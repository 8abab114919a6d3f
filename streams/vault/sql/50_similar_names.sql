create table vault.birth_index (
  region text not null,
  key_version smallint not null,
  hmac bytea not null,
  pid text not null,
  is_certain boolean not null,
  primary key (region, key_version, hmac, pid)
);
comment on table vault.birth_index is 'People born on one day: of whom names are compared, so that a spelling hides nobody.';
comment on column vault.birth_index.region is 'Region code; it is part of what is hashed.';
comment on column vault.birth_index.key_version is 'Version of the identity key.';
comment on column vault.birth_index.hmac is 'HMAC-SHA256 of the birth date, 16 bytes.';
comment on column vault.birth_index.pid is 'Token of the person.';
comment on column vault.birth_index.is_certain is 'Whether a number was known as well: two such people are never the same.';
create index birth_index_pid on vault.birth_index (region, pid);
