"""S26a and S26b: assessments that ended in a handover, to professionals or to the own network."""

from __future__ import annotations

from projections.statistics.figure import Statistic

S26A = Statistic(
    id="S26a",
    title="Overdracht naar hulpverlening",
    file="s26_handover_outcomes.sql",
    section="handover_outcomes",
    parameters=(("outcome", "HANDOVER_PROFESSIONAL"),),
)
S26B = Statistic(
    id="S26b",
    title="Overdracht naar cliënt/netwerk",
    file="s26_handover_outcomes.sql",
    section="handover_outcomes",
    parameters=(("outcome", "HANDOVER_CLIENT_NETWORK"),),
)
