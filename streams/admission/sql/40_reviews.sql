alter table admission.review_entry add column settled_position bigint;
comment on column admission.review_entry.settled_position is 'Journal position of the decision that settled it; null while it is open.';
alter table admission.review_entry drop constraint review_entry_kind_check;
alter table admission.review_entry add constraint review_entry_kind_check check (kind in (
  'references_disagree', 'persons_disagree', 'same_name', 'similar_name', 'numbers_disagree',
  'co_residence', 'household_cap', 'pending_expired'));
create index review_entry_settled on admission.review_entry (region, settled_position)
  where settled_position is not null;
