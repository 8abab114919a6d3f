"""The machines beside a case: the temporary restraining order, and the MDA++ registration."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from types import MappingProxyType

from streams.household.deadlines import ORDER, ORDER_EXTENDED
from streams.household.journal_event import EventKey
from streams.household.process_steps import Step
from streams.household.process_words import Irregularity, MdaState, OrderState

_Flags = list[tuple[EventKey, Irregularity]]


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderProcess:
    """One restraining order; `ends_at` is its stated end, or ten days after its imposition."""

    order_id: str
    state: OrderState
    since: date | None
    imposed_at: datetime | None
    ends_at: datetime | None
    violated_on: tuple[date, ...]
    irregularities: tuple[tuple[EventKey, Irregularity], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MdaProcess:
    """One MDA++ registration."""

    mda_id: str
    state: MdaState
    since: date | None
    irregularities: tuple[tuple[EventKey, Irregularity], ...]


_ORDER_STATES: Mapping[str, OrderState] = MappingProxyType(
    {
        "ASSESSED_NOT_IMPOSED": OrderState.ASSESSED,
        "IMPOSED": OrderState.IMPOSED,
        "EXTENDED": OrderState.EXTENDED,
        "EXPIRED": OrderState.EXPIRED,
        "WITHDRAWN": OrderState.WITHDRAWN,
    }
)
_MDA_NEXT: Mapping[MdaState, frozenset[MdaState]] = MappingProxyType(
    {
        MdaState.UNKNOWN: frozenset({MdaState.PROPOSED}),
        MdaState.PROPOSED: frozenset(
            {MdaState.ACCEPTED, MdaState.DECLINED_BY_TEAM, MdaState.DECLINED_BY_FAMILY}
        ),
        MdaState.ACCEPTED: frozenset({MdaState.ACTIVE, MdaState.DECLINED_BY_FAMILY}),
        MdaState.ACTIVE: frozenset({MdaState.CLOSED}),
    }
)
_MDA_ENDED = frozenset({MdaState.CLOSED, MdaState.DECLINED_BY_TEAM, MdaState.DECLINED_BY_FAMILY})
_MDA_RANK = {state: number for number, state in enumerate(MdaState)}
# Steps of one instant are tried in the order in which an order can go through them.
_ORDER_RANK = {
    status: number
    for number, status in enumerate(
        ("ASSESSED_NOT_IMPOSED", "IMPOSED", "VIOLATED", "EXTENDED", "WITHDRAWN", "EXPIRED")
    )
}


def order_process(order_id: str, steps: Iterable[Step]) -> OrderProcess:
    """Return a restraining order after its steps; they count at their own instant."""
    state = OrderState.UNKNOWN
    since: date | None = None
    imposed_at: datetime | None = None
    ends_at: datetime | None = None
    violated: list[date] = []
    flagged: _Flags = []
    for step in sorted(steps, key=_order_of):
        status = step.text("status")
        if (wrong := _order_objection(state, status, step, imposed_at)) is not None:
            flagged.append((step.key, wrong))
        if status == "VIOLATED":
            violated.append(step.day)
            continue
        following = _ORDER_STATES.get(status, state)
        if status == "IMPOSED" and imposed_at is None:
            imposed_at = step.at("status_at")
            ends_at = step.at("ends_at") or (imposed_at and ORDER.ends_at(imposed_at))
        elif status == "EXTENDED":
            ends_at = step.at("ends_at") or (imposed_at and ORDER_EXTENDED.ends_at(imposed_at))
        # An order that has ended does not come back by a step that came too late.
        is_over = state in (OrderState.EXPIRED, OrderState.WITHDRAWN)
        if following is not state and not is_over:
            state, since = following, step.day
    return OrderProcess(
        order_id=order_id,
        state=state,
        since=since,
        imposed_at=imposed_at,
        ends_at=ends_at,
        violated_on=tuple(violated),
        irregularities=tuple(flagged),
    )


def _order_of(step: Step) -> tuple[datetime, int, EventKey]:
    at = step.at("status_at") or step.event.occurred_at
    return at, _ORDER_RANK.get(step.text("status"), len(_ORDER_RANK)), step.key


def _order_objection(
    state: OrderState, status: str, step: Step, imposed_at: datetime | None
) -> Irregularity | None:
    if status not in _ORDER_RANK:
        return Irregularity.STATUS_UNKNOWN
    if state in (OrderState.EXPIRED, OrderState.WITHDRAWN):
        return Irregularity.ORDER_ENDED_BEFORE
    if status in ("ASSESSED_NOT_IMPOSED", "IMPOSED"):
        return Irregularity.ORDER_IMPOSED_AGAIN if state.is_running else _too_long(step, None)
    if not state.is_running:
        return Irregularity.ORDER_NOT_IMPOSED
    return _too_long(step, imposed_at)


def _too_long(step: Step, imposed_at: datetime | None) -> Irregularity | None:
    """Compare a stated end with the law: ten days, and four weeks after imposition if extended."""
    ends_at = step.at("ends_at")
    if ends_at is None:
        return None
    status_at = step.at("status_at")
    if step.text("status") == "IMPOSED" and status_at is not None:
        is_long = ends_at > ORDER.ends_at(status_at)
    elif step.text("status") == "EXTENDED" and imposed_at is not None:
        is_long = ends_at > ORDER_EXTENDED.ends_at(imposed_at)
    else:
        return None
    return Irregularity.ORDER_TOO_LONG if is_long else None


def mda_process(mda_id: str, steps: Iterable[Step]) -> MdaProcess:
    """Return an MDA++ registration after its steps; those of one day in the machine's order."""
    state = MdaState.UNKNOWN
    since: date | None = None
    flagged: _Flags = []
    ordered = sorted(steps, key=lambda step: (step.day, _mda_rank(step), step.key))
    for step in ordered:
        following = _mda_state(step)
        wrong = _mda_objection(state, following)
        if wrong is not None:
            flagged.append((step.key, wrong))
        if following is not MdaState.UNKNOWN and state not in _MDA_ENDED:
            if following is not state:
                since = step.day
            state = following
    return MdaProcess(mda_id=mda_id, state=state, since=since, irregularities=tuple(flagged))


def _mda_state(step: Step) -> MdaState:
    status = step.text("status")
    return MdaState(status) if status in MdaState.__members__ else MdaState.UNKNOWN


def _mda_rank(step: Step) -> int:
    return _MDA_RANK[_mda_state(step)]


def _mda_objection(state: MdaState, following: MdaState) -> Irregularity | None:
    if following is MdaState.UNKNOWN:
        return Irregularity.STATUS_UNKNOWN
    if following is state or following in _MDA_NEXT.get(state, frozenset()):
        # Saying again where it stands, with other partners for instance, is no step.
        return None
    if state in _MDA_ENDED:
        return Irregularity.MDA_ENDED_BEFORE
    is_back = _MDA_RANK[following] < _MDA_RANK[state]
    return Irregularity.MDA_STEP_BACK if is_back else Irregularity.MDA_STEP_SKIPPED
