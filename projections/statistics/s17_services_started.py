"""S17 and S20: services started, that is REGISTERED: the day of the decision (domain.md §2.2)."""

from __future__ import annotations

from projections.statistics.figure import Statistic

S17 = Statistic(
    id="S17",
    title="Voorwaarden & Vervolg gestart",
    file="s17_services_started.sql",
    section="services_started",
    parameters=(("service", "CONDITIONS_AND_FOLLOW_UP"),),
)
S20 = Statistic(
    id="S20",
    title="Onderzoek gestart",
    file="s17_services_started.sql",
    section="services_started",
    parameters=(("service", "INVESTIGATION"),),
)
