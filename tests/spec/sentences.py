"""What the law sheet says of identity, process and days, sentence by sentence, and what tries it.

Sections 2.2 (process of a case), 2.4 (counting days) and 4 (identity of a household); where
`definitions.md` says otherwise it is right, and so is the test.  A test is named by its file under
`tests/` and its function.
"""

from __future__ import annotations

from dataclasses import dataclass

HOUSEHOLDS = "spec/admission/test_households.py::test_households"
CASE = "spec/process/test_process.py::test_a_case"
ORDER = "spec/process/test_process.py::test_a_restraining_order"
MDA = "spec/process/test_process.py::test_an_mda_registration"
VECTORS = "spec/terms/test_terms.py::test_from_receipt_to_the_end_of_the_service"
ENDS = "spec/terms/test_terms.py::test_the_last_day_of_a_term"
FIELDS = "unit/schemas/test_identifying.py::test_a_field_has_one_normal_form"
VAULT = "integration/test_admission_vault.py::"
GUARDS = "integration/test_admission_guards.py::"
MOVING = "integration/test_admission_rearranging.py::"
RULES = "spec/rules/test_rules.py::test_rule"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """`lacks` says what the product cannot yet; only then there may be no test."""

    section: str
    says: str
    tests: tuple[str, ...] = ()
    lacks: str = ""


def process(says: str, *tests: str) -> Sentence:
    return Sentence(section="2.2", says=says, tests=tests)


def days(says: str, *tests: str) -> Sentence:
    return Sentence(section="2.4", says=says, tests=tests)


def identity(says: str, *tests: str, lacks: str = "") -> Sentence:
    return Sentence(section="4", says=says, tests=tests, lacks=lacks)


SENTENCES = (
    process("A case is received, not admissible, misaddressed or transferred", CASE),
    process("ReportRegistered puts it in assessment; a further report enters it again", CASE),
    process("Each of the outcomes leads to its own state", CASE),
    process("A service waits from the decision on, is picked up, is done", CASE),
    process("After a handover it is monitored, or closed", CASE),
    process("Unsafe during monitoring: a new assessment", CASE),
    process("What contradicts the state is kept and flagged", CASE, ORDER, MDA),
    process("Restraining order: assessed, imposed, extended, expired, withdrawn, violated", ORDER),
    process("MDA++: proposed, accepted, active, closed or declined by team or family", MDA),
    process(
        "Every state and every flag occurs",
        "spec/process/test_process.py::test_every_state_and_every_code_occurs_in_a_case",
    ),
    days("A term that ends on Saturday, Sunday or holiday runs to the next day", ENDS),
    days(
        "The holidays are those of the law; Koningsdag moves from a Sunday, 5 May is one always",
        VECTORS,
        "unit/household/test_terms.py::"
        "test_liberation_day_is_a_holiday_every_year_and_kings_day_moves_from_a_sunday",
    ),
    days(
        "The King can add days: a list that the region sets",
        ENDS,
        "unit/household/test_terms.py::test_extra_days_of_a_decree_are_no_working_days",
    ),
    days(
        "Not for terms in hours, over ninety days or over twelve weeks",
        "unit/household/test_terms.py::test_terms_over_ninety_days_do_not_roll",
        "spec/terms/test_terms.py::test_only_terms_of_which_the_law_says_so_roll",
    ),
    days(
        "The law does not apply to a restraining order, which never rolls",
        ENDS,
        "spec/terms/test_terms.py::"
        "test_a_rolled_term_never_ends_on_a_day_off_and_a_restraining_order_may",
    ),
    days(
        "Day 0 is the day of receipt in Amsterdam: 23:59 is that day, 00:30 the next",
        "spec/terms/test_terms.py::test_day_zero_is_the_day_in_amsterdam",
    ),
    days("The eight test vectors", VECTORS),
    days(
        "Ten days are ten days of the wall clock, 241 hours over the end of summer time",
        "spec/terms/test_terms.py::test_a_restraining_order_ends_at_the_same_time_of_the_wall_clock",
    ),
    identity("A household is who live or have lived together; former partners stay", HOUSEHOLDS),
    identity("A child may belong to two households", HOUSEHOLDS),
    identity(
        "A person is a random token, found by a number through a keyed hash",
        f"{VAULT}test_a_number_is_the_same_person_for_ever",
        f"{VAULT}test_another_region_does_not_know_the_person",
        "unit/vault/test_lookup_tokens.py::test_a_token_depends_on_key_purpose_region_and_value",
        "unit/vault/test_lookup_tokens.py::test_random_tokens_differ",
    ),
    identity(
        "Without a number: name and birth date, to be checked",
        f"{VAULT}test_a_name_is_a_doubt_and_never_a_link",
    ),
    identity("A birth date may be partial; then it is not known", FIELDS),
    identity("An unborn child hangs on the mother", HOUSEHOLDS),
    identity(
        "A BSN passes the 11-test",
        "unit/schemas/test_identifying.py::test_a_wrong_field_is_named_by_code_and_place",
        "unit/schemas/test_identifying.py::test_one_in_eleven_numbers_of_the_test_range_is_a_bsn",
    ),
    identity(
        "000000000, 999999999 and dates of zeros are nobody and never merge strangers",
        FIELDS,
        f"{VAULT}test_nothing_known_is_somebody_new_each_time",
    ),
    identity(
        "An address is a random token, found by its BAG id only",
        f"{VAULT}test_an_address_is_found_by_its_bag_id_only",
    ),
    identity(
        "Memberships rest on events and on decisions, and close with the last of them",
        "integration/test_admission_corrections.py::"
        "test_a_retraction_closes_the_memberships_that_rested_on_it",
        "integration/test_admission_corrections.py::"
        "test_a_membership_stands_while_another_event_supports_it",
        f"{MOVING}test_a_confirmed_person_is_a_member_as_long_as_the_decision_stands",
    ),
    identity(
        "ID-01: persons of one report are one household, certainly",
        HOUSEHOLDS,
        "unit/household/test_linking.py::test_a_signal_about_strangers_founds_a_household",
    ),
    identity(
        "ID-02: the same person in another report joins, but for a shared perpetrator",
        HOUSEHOLDS,
        "unit/household/test_linking.py::test_most_shared_persons_win",
        "unit/household/test_linking.py::test_a_perpetrator_with_a_new_victim_opens_another_household",
    ),
    identity(
        "ID-03: a family relation that police or BRP state links",
        lacks="No event of the contract states relations between persons.",
    ),
    identity(
        "ID-04: living at one address is a doubt and never links; not in shelters, institutions "
        "or where more than eight people live",
        f"{GUARDS}test_two_households_at_one_address_are_a_doubt_and_no_link",
        f"{GUARDS}test_a_shelter_is_no_household_s_home",
        f"{GUARDS}test_an_address_of_more_than_eight_people_is_no_family_s",
    ),
    identity(
        "ID-05: name and birth date go to the analysts, however they are spelled",
        f"{VAULT}test_a_name_is_a_doubt_and_never_a_link",
        f"{GUARDS}test_another_spelling_is_a_doubt_and_no_link",
    ),
    identity(
        "A household of twelve, or two hops, grows by an analyst only",
        f"{GUARDS}test_a_household_of_twelve_takes_nobody_in_by_itself",
        f"{GUARDS}test_a_chain_of_reports_ends_after_two_hops",
    ),
    identity(
        "After a merge the old id stays resolvable",
        f"{MOVING}test_a_merge_moves_events_people_and_references",
        f"{MOVING}test_the_old_household_stays_resolvable_and_a_second_merge_changes_nothing",
    ),
    identity(
        "A split has dates",
        f"{MOVING}test_a_split_takes_along_what_is_theirs",
        f"{MOVING}test_a_split_from_a_day_on_leaves_the_past_alone",
    ),
    identity(
        "The radar's state of both is folded anew from the journal",
        "property/test_decisions.py::test_a_household_is_the_set_of_events_that_count_there",
        "property/test_decisions.py::test_units_of_any_size_write_what_rows_one_by_one_write",
    ),
    identity(
        "A wrong merge is undone by a correction; what was raised on it is withdrawn, and why",
        f"{MOVING}test_an_undone_merge_gives_back_what_it_took_and_what_came_since",
        "unit/household/test_rearranging.py::"
        "test_a_finding_on_a_wrong_merge_is_withdrawn_with_that_reason",
        "property/test_decisions.py::test_what_a_decision_takes_away_is_withdrawn_with_that_reason",
    ),
    identity(
        "A move closes the old residence and keeps the household",
        f"{GUARDS}test_a_household_that_moved_away_before_is_no_neighbour",
    ),
    identity("Leaving the region triggers R13", RULES),
    identity(
        "Who is who stands in the sealed block and in the vault only",
        "integration/test_admission.py::test_nothing_a_person_is_called_stands_in_clear_in_any_table",
        "integration/test_gateway.py::test_a_report_becomes_a_record_without_anybody_in_clear",
        f"{VAULT}test_what_was_stated_is_kept_once_under_the_persons_own_key",
    ),
    identity(
        "Erasing: destroy the key, record SubjectErased, rebuild; counts stay",
        f"{VAULT}test_an_erased_person_learns_nothing_new",
        lacks="SubjectErased is recorded and erases nothing.",
    ),
    identity(
        "Advice holds nothing that identifies a family, and a test of its schema says so",
        "unit/schemas/test_lint.py::test_an_advice_has_room_for_nobody",
        "architecture/test_schemas_room.py::test_the_advice_log_names_nobody",
        "unit/schemas/test_contract_files.py::test_advice_shares_its_road_with_nothing",
    ),
)
