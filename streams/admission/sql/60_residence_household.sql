-- The page of the review queue asks where two households live.
create index residence_household on admission.residence (region, household_id);
