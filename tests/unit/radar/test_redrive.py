"""What the finding log still has to say of a household that is folded anew."""

from __future__ import annotations

from streams.radar.finding_rows import Record
from streams.radar.redrive import still_to_say


def row(finding: str, kind: str, sentence: str = "zin", position: int = 0) -> Record:
    return {"finding_id": finding, "kind": kind, "sentence": sentence, "position": position}


RAISED, RENEWED, OTHER = row("a", "RAISED"), row("a", "RENEWED"), row("b", "RAISED")


def test_a_beginning_gets_the_rest_in_the_order_of_the_fold() -> None:
    assert still_to_say([], [RAISED, OTHER, RENEWED]) == [RAISED, OTHER, RENEWED]
    assert still_to_say([RAISED], [RAISED, OTHER, RENEWED]) == [OTHER, RENEWED]
    assert still_to_say([RAISED, RENEWED, OTHER], [RAISED, OTHER, RENEWED]) == []


def test_where_something_was_said_does_not_matter() -> None:
    assert still_to_say([row("a", "RAISED", position=7)], [RAISED]) == []


def test_what_was_said_otherwise_is_said_anew_unless_it_ends_alike() -> None:
    was = row("a", "RAISED", "andere zin")
    assert still_to_say([was], [RAISED, RENEWED]) == [RAISED, RENEWED]
    assert still_to_say([was, RENEWED], [RAISED, RENEWED]) == []


def test_what_should_not_be_is_withdrawn_once() -> None:
    (withdrawn,) = still_to_say([RAISED], [])
    assert withdrawn == {**RAISED, "kind": "WITHDRAWN", "reason_code": "REASSESSED"}
    assert still_to_say([RAISED, withdrawn], []) == []
