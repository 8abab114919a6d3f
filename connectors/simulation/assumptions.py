"""What no publication prints: rates that make the pretend region look like one.

Every rate names its source, or says that it is ours.  None of them can change a printed figure:
the figures are arranged first and these fill what they leave open.  A figures file may replace any
number below under `assumptions`, by its name.

How grave the reports are is no rate of its own: severity follows from the forms, which table 4 of
the Bestuursrapportage prints, from SASH, and from the red flags below.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from types import MappingProxyType

from connectors.simulation.figures import Figures, FiguresError


@dataclass(frozen=True, slots=True, kw_only=True)
class Assumptions:
    """Rates between 0 and 1 unless the name ends in a unit."""

    # CBS 85361NED 2023: 38.1 % of reports repeat an earlier, closed case, 28.5 % come during one.
    repeat_share: float = 0.38
    during_involvement_share: float = 0.28
    # Ours: of the earlier cases behind a repeat, how many fall before the log begins, at its start.
    repeat_memory_years: float = 4.0
    # Ours: 2,843 -> 2,850 advices and 1,869 -> 1,865 reports in 18 months mean a few in a thousand.
    churn_share: float = 0.0016
    # Ours: a third of reports bring their partner event; the rest reach the log by the case system.
    partner_signal_share: float = 0.36
    # Factsheet 2023: 1,336 of 1,869 reports have a known outcome; the rest ends without follow-up,
    # elsewhere, or is still open.
    assessed_share: float = 0.93
    # Bestuursrapportage 2025-08: 26 / 25 / 49 % and a mean of 49.9 days in the last bucket.
    assessment_first_bucket_share: float = 0.26
    assessment_second_bucket_share: float = 0.25
    assessment_last_bucket_mean_days: float = 49.9
    # Bestuursrapportage 2025-08: 57 / 10 and 6 / 9 % within 75 and 105 days.
    conditions_first_bucket_share: float = 0.57
    conditions_second_bucket_share: float = 0.10
    investigation_first_bucket_share: float = 0.06
    investigation_second_bucket_share: float = 0.09
    # Ours: services that were picked up, and that came to an end at all.
    service_picked_up_share: float = 0.80
    service_completed_share: float = 0.85
    # Tables 1 and 3 of the Bestuursrapportage: 1.2 % of advices and 6.5 % of reports carry no
    # nature, and 0.9 % of reports no reporter sector.
    advice_unregistered_share: float = 0.012
    report_unregistered_share: float = 0.065
    sector_unregistered_share: float = 0.009
    # Bestuursrapportage 2025-08: children in 84 % of reports, 9.6 % chats, 8.3 % from schools.
    children_share: float = 0.84
    chat_share: float = 0.096
    school_share: float = 0.083
    # Factsheet 2023: 52 house bans, 9 MDA++ and 748 / 373 handovers on 1,869 reports.
    order_share: float = 0.028
    mda_share: float = 0.005
    handover_professional_share: float = 0.40
    handover_network_share: float = 0.20
    conditions_share: float = 0.06
    investigation_share: float = 0.06
    # Ours: how much of the chain after a decision is in the log; enough that each event occurs.
    handover_event_share: float = 0.26
    feedback_share: float = 0.40
    case_opened_share: float = 0.03
    monitoring_share: float = 0.05
    inform_share: float = 0.03
    check_share: float = 0.015
    # Ours: whoever moves is looked for with others (information B, factsheet for reporters).
    check_after_move_share: float = 0.50
    move_share: float = 0.008
    board_share: float = 0.008
    transfer_share: float = 0.006
    # The page for people reported on (Veilig Thuis Drenthe): in most cases ("de meeste gevallen")
    # they are spoken with first.  No publication prints how many: ours, and how often it succeeds.
    contact_share: float = 0.60
    contact_reached_share: float = 0.80
    # Ours: SASH is screened on partner violence only; most is low.
    sash_share: float = 0.30
    sash_high_share: float = 0.03
    # Ours, after the finding that one perpetrator may be met in several households (R14).
    shared_perpetrator_share: float = 0.015


# Ours: no source prints how often a flag is set.  Rates per report that carries violence between
# (ex-)partners, low enough that R07 speaks of a minority of households.
RED_FLAG_RATES: Mapping[str, float] = MappingProxyType(
    {
        "STRANGULATION": 0.012,
        "STALKING": 0.030,
        "COERCIVE_CONTROL": 0.025,
        "DEATH_THREAT": 0.025,
        "WEAPON_PRESENT": 0.012,
        "WEAPON_USED": 0.006,
        "SEXUAL_VIOLENCE": 0.010,
        "VIOLENCE_IN_PREGNANCY": 0.008,
        "RECENT_SEPARATION": 0.035,
        "SUICIDE_THREAT_PERPETRATOR": 0.010,
        "EXTREME_JEALOUSY": 0.015,
        "ESCALATING_SEVERITY": 0.020,
        "ESCALATING_FREQUENCY": 0.020,
        "CHILD_WITNESS": 0.080,
        "CHILD_INJURED": 0.006,
        "VICTIM_FEARS_FUTURE_VIOLENCE": 0.030,
        "HONOUR_RELATED": 0.006,
        "ANIMAL_CRUELTY": 0.004,
        "SUBSTANCE_ABUSE": 0.080,
    }
)

# Shares of table 1 to 4 of the Bestuursrapportage of August 2025, used where a period prints none.
ADVICE_NATURE_RATES: Mapping[str, float] = MappingProxyType(
    {
        "CHILD_ABUSE": 0.575,
        "OTHER_PROBLEMS": 0.270,
        "EX_PARTNER_VIOLENCE": 0.221,
        "OTHER_DOMESTIC_VIOLENCE": 0.048,
        "ELDER_ABUSE": 0.032,
        "PARENT_ABUSE": 0.021,
    }
)
REPORT_NATURE_RATES: Mapping[str, float] = MappingProxyType(
    {
        "CHILD_ABUSE": 0.638,
        "EX_PARTNER_VIOLENCE": 0.413,
        "OTHER_PROBLEMS": 0.197,
        "OTHER_DOMESTIC_VIOLENCE": 0.086,
        "PARENT_ABUSE": 0.061,
        "ELDER_ABUSE": 0.026,
    }
)
SECTOR_RATES: Mapping[str, float] = MappingProxyType(
    {
        "JUSTICE_AND_SAFETY": 0.564,
        "MEDICAL": 0.128,
        "NON_PROFESSIONAL": 0.111,
        "SOCIAL_AND_PSYCHOLOGICAL": 0.092,
        "EDUCATION": 0.057,
        "OTHER_PROFESSIONAL": 0.039,
        "CHILDCARE": 0.007,
        "PARAMEDICAL": 0.002,
    }
)
FORM_RATES: Mapping[str, float] = MappingProxyType(
    {
        "EMOTIONAL_ABUSE": 0.501,
        "PHYSICAL_ABUSE": 0.353,
        "WITNESS_OF_VIOLENCE": 0.309,
        "EMOTIONAL_NEGLECT": 0.273,
        "OTHER_PROBLEMS": 0.197,
        "PHYSICAL_ABUSE_OTHER": 0.146,
        "PHYSICAL_NEGLECT": 0.086,
        "SEXUAL_ABUSE": 0.039,
        "STALKING": 0.032,
        "OTHER_CHILD_ABUSE": 0.013,
        "FINANCIAL_EXPLOITATION": 0.011,
        "OTHER_EX_PARTNER_VIOLENCE": 0.008,
        "OTHER_DOMESTIC_VIOLENCE_FORM": 0.006,
        "OTHER_PARENT_ABUSE": 0.002,
        "SHAKEN_BABY": 0.002,
        "PEDIATRIC_CONDITION_FALSIFICATION": 0.002,
        "OTHER_ELDER_ABUSE": 0.001,
    }
)
# Ours: outcomes of the assessments that no printed outcome claims.
OTHER_OUTCOME_RATES: Mapping[str, float] = MappingProxyType(
    {
        "NO_FOLLOW_UP": 0.86,
        "REQUEST_TO_CHILD_PROTECTION_BOARD": 0.04,
        "TRANSFERRED_TO_OTHER_VT": 0.04,
        "REGIONAL_CUSTOM": 0.03,
        "NOT_ADMISSIBLE": 0.02,
        "MISADDRESSED": 0.01,
    }
)
# CBS, inhabitants per municipality, rounded to thousands; unknown ones count as an average one.
INHABITANTS_THOUSANDS: Mapping[str, int] = MappingProxyType(
    {
        "GM1680": 26,
        "GM0106": 69,
        "GM1681": 26,
        "GM0109": 36,
        "GM0114": 107,
        "GM0118": 56,
        "GM0119": 35,
        "GM1731": 34,
        "GM1699": 33,
        "GM1730": 35,
        "GM1701": 20,
        "GM1690": 25,
    }
)


def assumptions_of(figures: Figures) -> Assumptions:
    """Take the file's own assumptions over the defaults; words in it are notes.

    Raises FiguresError `assumption` for a number that no assumption is called, or is not a rate.
    """
    known = {field.name for field in fields(Assumptions)}
    stated = {
        name: value for name, value in figures.assumptions.items() if not isinstance(value, str)
    }
    for name, value in stated.items():
        if name not in known:
            raise FiguresError("assumption", (name,), "no assumption has this name")
        if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
            raise FiguresError("assumption", (name,), "an assumption is a number from zero up")
        if name.endswith("_share") and value > 1:
            raise FiguresError("assumption", (name,), "a share is at most 1")
    return replace(Assumptions(), **stated)
