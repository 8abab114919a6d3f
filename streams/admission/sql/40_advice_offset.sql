alter table admission.advice_event add column "offset" bigint;
comment on column admission.advice_event."offset" is 'Offset at which it came, to know it again when a restored database reads it anew; null for advices admitted before this was kept.';
