"""The radar's rules, as a literal tuple: what is not named here does not exist.

A new rule is a module beside this one (class, parameters, sentence) and a line in `RULES`.  Its
cases go to `tests/spec/rules`, from which `docs/rules.md` is written.
"""

from __future__ import annotations

from streams.household.rules.after_handover import AfterHandover
from streams.household.rules.children_again import ChildrenAgain
from streams.household.rules.different_sources import DifferentSources
from streams.household.rules.during_monitoring import DuringMonitoring
from streams.household.rules.earlier_order import EarlierOrder
from streams.household.rules.elder_reporters import ElderReporters
from streams.household.rules.escalation import Escalation
from streams.household.rules.known_elsewhere import KnownElsewhere
from streams.household.rules.mda_candidate import MdaCandidate
from streams.household.rules.missed_moment import MissedMoment
from streams.household.rules.moved_away import MovedAway
from streams.household.rules.no_feedback import NoFeedback
from streams.household.rules.order_violated import OrderViolated
from streams.household.rules.out_of_sight import OutOfSight
from streams.household.rules.red_flags import RedFlags
from streams.household.rules.repeated_reports import RepeatedReports
from streams.household.rules.rule import ClockRule, EpisodeRule, EventRule, Rule
from streams.household.rules.same_perpetrator import SamePerpetrator
from streams.household.rules.while_waiting import WhileWaiting

__all__ = ["RULES", "ClockRule", "EpisodeRule", "EventRule", "Rule"]

RULES: tuple[type[Rule], ...] = (
    RepeatedReports,
    DifferentSources,
    AfterHandover,
    DuringMonitoring,
    WhileWaiting,
    Escalation,
    RedFlags,
    EarlierOrder,
    OrderViolated,
    ChildrenAgain,
    KnownElsewhere,
    OutOfSight,
    MovedAway,
    SamePerpetrator,
    MdaCandidate,
    NoFeedback,
    ElderReporters,
    MissedMoment,
)
