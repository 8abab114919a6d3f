"""S01, S02 and S06: advices given, by chat, and to schools."""

from __future__ import annotations

from projections.statistics.figure import Base, Statistic

_FILE = "s01_advices.sql"
S01 = Statistic(id="S01", title="Adviezen", file=_FILE, section="advices")
S02 = Statistic(id="S02", title="Adviezen via chat", file=_FILE, section="chats", base=Base.ALL)
S06 = Statistic(
    id="S06", title="Adviezen aan scholen", file=_FILE, section="schools", base=Base.ALL
)
