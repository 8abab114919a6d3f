"""S29: reports by earlier involvement (CBS 85361NED)."""

from __future__ import annotations

from projections.statistics.figure import Base, Statistic, codes_of

S29 = Statistic(
    id="S29",
    title="Meldingen naar eerdere betrokkenheid",
    file="s29_repeat_kinds.sql",
    section="repeat_kinds",
    codes=codes_of("repeat_kind"),
    base=Base.REGISTERED,
)
