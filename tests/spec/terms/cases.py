"""What each legal clock should say: the vectors of the law sheet, and the edges of each rule.

`docs/termijnen.md` is written from these tables (`python -m tests.spec.terms.render`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Vector:
    """A report: when received, and the ends of D1 and D4, the second in calendar days too."""

    received: str
    assessment: str
    conditions: str
    days: int
    why: str


VECTORS = (
    Vector(
        received="2025-01-06",
        assessment="2025-01-13",
        conditions="2025-03-24",
        days=77,
        why="een week zonder feestdagen",
    ),
    Vector(
        received="2025-04-17",
        assessment="2025-04-28",
        conditions="2025-07-07",
        days=81,
        why="Goede Vrijdag, Tweede Paasdag, Koningsdag op zaterdag",
    ),
    Vector(
        received="2025-05-27",
        assessment="2025-06-04",
        conditions="2025-08-13",
        days=78,
        why="Hemelvaartsdag",
    ),
    Vector(
        received="2025-06-05",
        assessment="2025-06-13",
        conditions="2025-08-22",
        days=78,
        why="Tweede Pinksterdag",
    ),
    Vector(
        received="2025-12-22",
        assessment="2025-12-31",
        conditions="2026-03-11",
        days=79,
        why="beide Kerstdagen",
    ),
    Vector(
        received="2025-12-27",
        assessment="2026-01-05",
        conditions="2026-03-16",
        days=79,
        why="ontvangen op zaterdag; Nieuwjaarsdag",
    ),
    Vector(
        received="2024-03-27",
        assessment="2024-04-05",
        conditions="2024-06-14",
        days=79,
        why="Goede Vrijdag en Tweede Paasdag",
    ),
    Vector(
        received="2023-12-29",
        assessment="2024-01-08",
        conditions="2024-03-18",
        days=80,
        why="Nieuwjaarsdag op maandag",
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class End:
    """A term that starts on a day ends on another, with days off beyond the law's where given."""

    term: str
    start: str
    end: str
    why: str
    extra_days: Sequence[str] = ()


ENDS = (
    End(term="D1", start="2025-01-04", end="2025-01-10", why="ontvangen op zaterdag"),
    End(term="D1", start="2025-05-01", end="2025-05-09", why="5 mei is elk jaar een feestdag"),
    End(
        term="D1",
        start="2025-05-27",
        end="2025-06-05",
        why="een bij besluit vrijgegeven vrijdag",
        extra_days=("2025-05-30",),
    ),
    End(term="D2", start="2025-01-06", end="2025-01-13", why="vijf werkdagen"),
    End(term="D3", start="2025-01-06", end="2025-02-03", why="vier weken"),
    End(term="D3", start="2025-01-04", end="2025-02-03", why="eindigt op zaterdag: schuift"),
    End(term="D3", start="2025-03-21", end="2025-04-22", why="Goede Vrijdag: schuift over Pasen"),
    End(term="D3-uitstel", start="2025-02-03", end="2025-02-17", why="twee weken erbij"),
    End(term="D4", start="2025-01-13", end="2025-03-24", why="tien weken na D1"),
    End(term="D4", start="2025-02-20", end="2025-05-01", why="tien weken, ook rond Koningsdag"),
    End(term="D4-75", start="2025-01-06", end="2025-03-22", why="zaterdag: schuift niet"),
    End(term="D4-105", start="2025-01-06", end="2025-04-21", why="feestdag: schuift niet"),
    End(term="D5", start="2025-01-13", end="2025-03-24", why="tien weken na het besluit"),
    End(term="D5", start="2025-03-17", end="2025-05-26", why="tien weken na het besluit"),
    End(term="D5", start="2025-02-24", end="2025-05-06", why="5 mei: schuift een dag"),
    End(term="D6", start="2025-12-16", end="2025-12-26", why="Kerstmis verlengt niet"),
    End(term="D6-verlenging", start="2025-11-27", end="2025-12-25", why="Kerstmis verlengt niet"),
    End(term="D7", start="2024-02-29", end="2025-02-28", why="een jaar na schrikkeldag"),
    End(term="D8", start="2025-04-17", end="2025-05-06", why="tien werkdagen rond de feestdagen"),
    End(term="D9", start="2024-11-30", end="2025-02-28", why="februari is korter"),
    End(term="D9", start="2025-01-01", end="2025-04-01", why="drie maanden"),
    End(term="D9", start="2025-01-05", end="2025-04-07", why="eindigt op zaterdag: schuift"),
    End(term="D10", start="2025-06-30", end="2025-07-21", why="drie weken na het halfjaar"),
    End(term="D10", start="2025-12-31", end="2026-01-21", why="drie weken na het halfjaar"),
    End(term="D11", start="2024-02-29", end="2029-02-28", why="vijf jaar na schrikkeldag"),
    End(term="D12", start="2025-10-20", end="2025-10-23", why="drie dagen"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """A restraining order on the clock of the wall, in Amsterdam, and the hours it really lasts."""

    term: str
    start: str
    end: str
    hours: int
    why: str


CLOCKS = (
    Clock(
        term="D6",
        start="2025-10-20 14:00",
        end="2025-10-30 14:00",
        hours=241,
        why="einde van de zomertijd",
    ),
    Clock(
        term="D6",
        start="2025-03-25 09:30",
        end="2025-04-04 09:30",
        hours=239,
        why="begin van de zomertijd",
    ),
    Clock(
        term="D6",
        start="2025-06-02 23:59",
        end="2025-06-12 23:59",
        hours=240,
        why="Tweede Pinksterdag verlengt niet",
    ),
    Clock(
        term="D6-verlenging",
        start="2025-10-20 14:00",
        end="2025-11-17 14:00",
        hours=673,
        why="vier weken na oplegging",
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """The instant of receipt in UTC, and the day that counts as day 0."""

    at: str
    day: str
    why: str


RECEIPTS = (
    Receipt(at="2025-01-06 22:59", day="2025-01-06", why="23:59 in Amsterdam"),
    Receipt(at="2025-01-06 23:30", day="2025-01-07", why="00:30 in Amsterdam, wintertijd"),
    Receipt(at="2025-07-06 21:59", day="2025-07-06", why="23:59 in Amsterdam, zomertijd"),
    Receipt(at="2025-07-06 22:30", day="2025-07-07", why="00:30 in Amsterdam, zomertijd"),
)
