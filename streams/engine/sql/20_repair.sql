alter table engine.dead_letter
  add column envelope_sealed bytea,
  add column size_bytes int,
  add column last_seen timestamptz;
comment on column engine.dead_letter.envelope_sealed is 'Key and CloudEvents attributes as sent, under the dead-letter key; null for advice.';
comment on column engine.dead_letter.size_bytes is 'Size of the original bytes.';
comment on column engine.dead_letter.last_seen is 'When it was refused last.';

-- A sealed body is 28 bytes longer than the original: nonce and tag of AES-GCM.
update engine.dead_letter
   set size_bytes = octet_length(body_sealed) - 28, last_seen = first_seen;
create index dead_letter_open on engine.dead_letter (region, first_seen) where status = 'open';

create table engine.dead_letter_step (
  letter_id uuid not null references engine.dead_letter (id),
  seq bigint generated always as identity,
  step text not null check (step in ('refused', 'redriven', 'discarded', 'revealed')),
  "offset" bigint,
  code text not null,
  actor text,
  at timestamptz not null default clock_timestamp(),
  primary key (letter_id, seq)
);
comment on table engine.dead_letter_step is 'What happened to each dead letter, in order: refusals, and what people did with it.';
comment on column engine.dead_letter_step.letter_id is 'The dead letter.';
comment on column engine.dead_letter_step.seq is 'Order of the steps.';
comment on column engine.dead_letter_step.step is 'refused, redriven, discarded or revealed.';
comment on column engine.dead_letter_step."offset" is 'Of a refusal: the offset at which it was refused.';
comment on column engine.dead_letter_step.code is 'Of a refusal its problem code, else the reason code that was given.';
comment on column engine.dead_letter_step.actor is 'Who asked for it; null for a refusal.';
comment on column engine.dead_letter_step.at is 'When it was written.';

insert into engine.dead_letter_step (letter_id, step, "offset", code, at)
select id, 'refused', "offset", code, first_seen from engine.dead_letter;

create table engine.outbox (
  seq bigint generated always as identity primary key,
  id uuid not null,
  stage text not null,
  region text not null,
  reason text not null check (reason in ('re_routed', 'redriven')),
  topic text not null,
  partition int not null,
  body_sealed bytea not null,
  envelope_sealed bytea
);
comment on table engine.outbox is 'Records that a stage puts back on an inbound topic; a row goes once the broker has it.';
comment on column engine.outbox.seq is 'Order of sending.';
comment on column engine.outbox.id is 'UUIDv5 of stage, region, topic and offset where the record was read; a dead letter''s id.';
comment on column engine.outbox.stage is 'Stage whose lease holder sends it.';
comment on column engine.outbox.region is 'Region of that lease.';
comment on column engine.outbox.reason is 're_routed: it stood on another region''s partition; redriven: a dead letter tried again.';
comment on column engine.outbox.topic is 'Topic to put it on.';
comment on column engine.outbox.partition is 'Partition to put it on.';
comment on column engine.outbox.body_sealed is 'Original bytes, AES-GCM under the dead-letter key.';
comment on column engine.outbox.envelope_sealed is 'Key and CloudEvents attributes as sent, under the dead-letter key.';
create index outbox_waiting on engine.outbox (stage, region, seq);
