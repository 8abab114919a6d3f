-- What a person must judge before anything is linked, and what speaks for and against it. Tokens
-- only: names, numbers and addresses stay in the vault.
create view projections.review_view as
select region, id, kind, known_at, household_ids, pids
from admission.review_entry
where state = 'open';
comment on view projections.review_view is 'Open entries of the review queue, without the event and the source that raised them.';

create view projections.membership_view as
select region, household_id, pid, role, valid_from
from admission.membership
where position_to is null and valid_to is null;
comment on view projections.membership_view is 'Who belongs to which household now, by tokens.';

create view projections.named_view as
select distinct region, position, pid
from admission.membership_support
where not is_void;
comment on view projections.named_view is 'Who is named in which event as somebody of the household, by tokens: two people named in one event are two.';

create view projections.numbered_person_view as
select distinct region, pid
from vault.identity_index;
comment on view projections.numbered_person_view is 'People of whom a number is known, by tokens: certain, where a name is not.';

create view projections.residence_view as
select region, address, household_id, lives_from, lives_until
from admission.residence
where not is_shared;
comment on view projections.residence_view is 'Which households live or lived at which address, by tokens; no shelters or institutions.';

do $$
begin
  -- Absent where the migrating user may make no roles; see 90_grants.sql.
  if exists (select 1 from pg_roles where rolname = 'radar_query') then
    grant select on projections.review_view, projections.membership_view, projections.named_view,
      projections.numbered_person_view, projections.residence_view to radar_query;
  end if;
end
$$;
