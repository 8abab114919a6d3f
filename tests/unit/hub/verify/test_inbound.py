"""Is what still waits on a topic told apart from what is lost?"""

from __future__ import annotations

import pytest

from hub.verify.inbound import STAGE_OF, Inbound, places_of
from hub.verify.report import Difference, Invariant
from hub.verify.tables import ADVICE_TOPICS, JOURNAL_TOPICS
from schemas.topics import INBOUND_TOPICS

POLICE = ("drenthe", "vt.in.police.v1")


def inbound(*, consumed: int, end: int) -> Inbound:
    return Inbound(
        consumed={POLICE: consumed}, starts={POLICE: 0}, ends={POLICE: end}, floors={POLICE: 0}
    )


@pytest.mark.parametrize(
    ("consumed", "end", "unread"),
    [(-1, 0, {}), (4, 5, {}), (4, 6, {POLICE: 5}), (-1, 3, {POLICE: 0}), (9, 5, {})],
)
def test_unread_begins_after_what_was_read(
    consumed: int, end: int, unread: dict[tuple[str, str], int]
) -> None:
    assert inbound(consumed=consumed, end=end).unread() == unread


def test_every_inbound_topic_has_one_stage() -> None:
    assert set(STAGE_OF) == set(INBOUND_TOPICS) == {*JOURNAL_TOPICS, *ADVICE_TOPICS}
    assert ADVICE_TOPICS == ["vt.in.advice.v1"]
    assert len(places_of(["drenthe", "zuid"])) == 2 * len(INBOUND_TOPICS)


def test_what_is_late_fails_the_promise_but_is_no_gap() -> None:
    late = Difference(kind="receipt_unread", total=3, first=[], is_late=True)
    lost = Difference(kind="receipt_without_outcome", total=2, first=[])

    def invariant(*differences: Difference) -> Invariant:
        return Invariant(name="I2", promise="", checked={}, differences=differences)

    assert (invariant().holds, invariant().gap) == (True, 0)
    assert (invariant(late).holds, invariant(late).gap) == (False, 0)
    assert (invariant(late, lost).holds, invariant(late, lost).gap) == (False, 2)
