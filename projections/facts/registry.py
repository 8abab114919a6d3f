"""The kinds of facts, in the order in which they are written."""

from __future__ import annotations

from projections.facts.advice import ADVICE
from projections.facts.assessment import ASSESSMENT
from projections.facts.case_status import CASE_STATUS
from projections.facts.fact_type import FactType
from projections.facts.handover import HANDOVER
from projections.facts.information_duty import INFORMATION_DUTY
from projections.facts.mda_registration import MDA_REGISTRATION
from projections.facts.monitoring_moment import MONITORING_MOMENT
from projections.facts.report import REPORT
from projections.facts.restraining_order import RESTRAINING_ORDER
from projections.facts.service import SERVICE

JOURNAL_FACTS: tuple[FactType, ...] = (
    REPORT,
    ASSESSMENT,
    SERVICE,
    HANDOVER,
    RESTRAINING_ORDER,
    MONITORING_MOMENT,
    MDA_REGISTRATION,
    CASE_STATUS,
    INFORMATION_DUTY,
)

ADVICE_FACTS: tuple[FactType, ...] = (ADVICE,)
