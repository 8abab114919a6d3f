"""S33: reporters (D2) and persons concerned (D3) that were told in time."""

from __future__ import annotations

from projections.statistics.figure import Base, Statistic

_FILE = "s33_information_duty.sql"
S33_REPORTERS = Statistic(
    id="S33-reporters",
    title="Melders binnen vijf werkdagen geïnformeerd",
    file=_FILE,
    section="reporters_told",
    base=Base.ALL,
)
S33_SUBJECTS = Statistic(
    id="S33-subjects",
    title="Betrokkenen binnen de termijn geïnformeerd",
    file=_FILE,
    section="subjects_told",
    base=Base.ALL,
)
