"""What the machines beside a case should make of restraining orders and MDA++ registrations."""

from __future__ import annotations

from tests.spec.process.cases import Case
from tests.support.case_journal import step
from tests.support.journal import Said, local


def order(at: str, status: str, ends: str | None = None) -> Said:
    return step("ORDER", at, status=status, ends_at=None if ends is None else local(ends))


def mda(at: str, status: str) -> Said:
    return step("MDA", at, status=status)


ORDERS = (
    Case(
        title="beoordeeld en niet opgelegd",
        steps=(order("2025-10-20 12:00", "ASSESSED_NOT_IMPOSED"),),
        state="ASSESSED",
    ),
    Case(
        title="beoordeeld, later opgelegd",
        steps=(
            order("2025-10-20 12:00", "ASSESSED_NOT_IMPOSED"),
            order("2025-10-20 14:00", "IMPOSED"),
        ),
        state="IMPOSED",
    ),
    Case(
        title="opgelegd, verlengd en afgelopen",
        steps=(
            order("2025-10-20 14:00", "IMPOSED", "2025-10-30 14:00"),
            order("2025-10-29 14:00", "EXTENDED", "2025-11-17 14:00"),
            order("2025-11-17 14:00", "EXPIRED"),
        ),
        state="EXPIRED",
    ),
    Case(
        title="opgelegd en ingetrokken",
        steps=(order("2025-10-20 14:00", "IMPOSED"), order("2025-10-22 09:00", "WITHDRAWN")),
        state="WITHDRAWN",
    ),
    Case(
        title="overtreden blijft opgelegd",
        steps=(order("2025-10-20 14:00", "IMPOSED"), order("2025-10-22 09:00", "VIOLATED")),
        state="IMPOSED",
    ),
    Case(
        title="ingetrokken voordat het was opgelegd",
        steps=(order("2025-10-20 14:00", "WITHDRAWN"), order("2025-10-21 14:00", "IMPOSED")),
        state="WITHDRAWN",
        wrong=("ORDER_NOT_IMPOSED", "ORDER_ENDED_BEFORE"),
    ),
    Case(
        title="overtreden zonder te zijn opgelegd",
        steps=(order("2025-10-20 14:00", "VIOLATED"),),
        state="UNKNOWN",
        wrong=("ORDER_NOT_IMPOSED",),
    ),
    Case(
        title="twee keer opgelegd",
        steps=(order("2025-10-20 14:00", "IMPOSED"), order("2025-10-21 14:00", "IMPOSED")),
        state="IMPOSED",
        wrong=("ORDER_IMPOSED_AGAIN",),
    ),
    Case(
        title="overtreden na afloop",
        steps=(
            order("2025-10-20 14:00", "IMPOSED"),
            order("2025-10-30 14:00", "EXPIRED"),
            order("2025-10-31 14:00", "VIOLATED"),
        ),
        state="EXPIRED",
        wrong=("ORDER_ENDED_BEFORE",),
    ),
    Case(
        title="elf dagen is te lang",
        steps=(order("2025-10-20 14:00", "IMPOSED", "2025-10-30 14:01"),),
        state="IMPOSED",
        wrong=("ORDER_TOO_LONG",),
    ),
    Case(
        title="langer dan vier weken na oplegging is te lang",
        steps=(
            order("2025-10-20 14:00", "IMPOSED"),
            order("2025-10-29 14:00", "EXTENDED", "2025-11-17 14:01"),
        ),
        state="EXTENDED",
        wrong=("ORDER_TOO_LONG",),
    ),
    Case(
        title="een status die niemand kent",
        steps=(order("2025-10-20 14:00", "UNKNOWN"),),
        state="UNKNOWN",
        wrong=("STATUS_UNKNOWN",),
    ),
)

REGISTRATIONS = (
    Case(
        title="voorgesteld, aanvaard, actief, afgesloten",
        steps=(
            mda("2025-01-10", "PROPOSED"),
            mda("2025-01-20", "ACCEPTED"),
            mda("2025-02-01", "ACTIVE"),
            mda("2025-08-01", "CLOSED"),
        ),
        state="CLOSED",
    ),
    Case(
        title="nog eens actief, met andere partners",
        steps=(
            mda("2025-01-10", "PROPOSED"),
            mda("2025-01-10", "ACCEPTED"),
            mda("2025-02-01", "ACTIVE"),
            mda("2025-03-01", "ACTIVE"),
        ),
        state="ACTIVE",
    ),
    Case(
        title="geweigerd door het gezin",
        steps=(mda("2025-01-10", "PROPOSED"), mda("2025-01-20", "DECLINED_BY_FAMILY")),
        state="DECLINED_BY_FAMILY",
    ),
    Case(
        title="actief zonder dat aanvaarding bekend is",
        steps=(mda("2025-01-10", "PROPOSED"), mda("2025-01-20", "ACTIVE")),
        state="ACTIVE",
        wrong=("MDA_STEP_SKIPPED",),
    ),
    Case(
        title="terug naar voorgesteld",
        steps=(
            mda("2025-01-10", "PROPOSED"),
            mda("2025-01-20", "ACCEPTED"),
            mda("2025-01-25", "PROPOSED"),
        ),
        state="PROPOSED",
        wrong=("MDA_STEP_BACK",),
    ),
    Case(
        title="actief na afwijzing",
        steps=(
            mda("2025-01-10", "PROPOSED"),
            mda("2025-01-20", "DECLINED_BY_TEAM"),
            mda("2025-01-25", "ACTIVE"),
        ),
        state="DECLINED_BY_TEAM",
        wrong=("MDA_ENDED_BEFORE",),
    ),
    Case(
        title="een status die niemand kent",
        steps=(mda("2025-01-10", "UNKNOWN"),),
        state="UNKNOWN",
        wrong=("STATUS_UNKNOWN",),
    ),
)
