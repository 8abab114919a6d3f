create schema if not exists connectors;
comment on schema connectors is 'The outside edge: what was offered over HTTPS and what was answered.';

create table connectors.receipt (
  region text not null,
  source text not null,
  event_id text not null,
  receipt_id uuid not null unique,
  digest bytea not null,
  record_name text not null,
  topic text not null,
  partner text not null,
  received_at timestamptz not null default now(),
  acknowledged_at timestamptz,
  "offset" bigint,
  primary key (region, source, event_id)
) with (fillfactor = 70);
comment on table connectors.receipt is 'One row per event offered to the gateway, reserved before it is produced; kept for ever, so a retry is known at any age.';
comment on column connectors.receipt.region is 'Region code.';
comment on column connectors.receipt.source is 'Source of the event.';
comment on column connectors.receipt.event_id is 'Id of the event within its source.';
comment on column connectors.receipt.receipt_id is 'UUIDv5 of region, source and event id: the same for whoever computes it.';
comment on column connectors.receipt.digest is 'Keyed digest of the content (schemas.digest): tells a retry from another event under the same id, and tells nothing else.';
comment on column connectors.receipt.record_name is 'Avro record name of the event.';
comment on column connectors.receipt.topic is 'Topic it was produced to.';
comment on column connectors.receipt.partner is 'Partner of the partner file that offered it.';
comment on column connectors.receipt.received_at is 'When it was offered first.';
comment on column connectors.receipt.acknowledged_at is 'When the broker confirmed it; null while the outcome is unknown, and then a retry produces it again.';
comment on column connectors.receipt."offset" is 'Kafka offset in the region''s partition, known from the acknowledgement.';

create table connectors.direct_receipt (
  receipt_id uuid primary key,
  region text not null,
  source text not null,
  event_id text not null
);
comment on table connectors.direct_receipt is 'Receipt ids of events that were published to Kafka without the gateway; made from the ledger, may be thrown away.';
comment on column connectors.direct_receipt.receipt_id is 'UUIDv5 of region, source and event id.';
comment on column connectors.direct_receipt.region is 'Region code.';
comment on column connectors.direct_receipt.source is 'Source of the event.';
comment on column connectors.direct_receipt.event_id is 'Id of the event within its source.';

create table connectors.direct_receipt_head (
  region text not null,
  topic text not null,
  "offset" bigint not null,
  primary key (region, topic)
);
comment on table connectors.direct_receipt_head is 'How far direct_receipt follows the ledger; the ledger of a region and topic is written in offset order by one writer, so nothing is skipped.';
comment on column connectors.direct_receipt_head.region is 'Region code.';
comment on column connectors.direct_receipt_head.topic is 'Inbound topic.';
comment on column connectors.direct_receipt_head."offset" is 'Last ledger offset that was looked at.';
