"""Which events does the check itself take for void? And does it agree with the facts' reading?"""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.verify.corrections import Correction, Event, voided_events
from projections.facts import versions

AT = datetime(2025, 1, 1, tzinfo=UTC)


def event(name: str) -> Event:
    return ("drenthe", "source", name)


def correction(
    position: int, name: str, target: str, kind: str = "RETRACTED", replacement: str | None = None
) -> Correction:
    return Correction(
        position=position,
        event=event(name),
        target=event(target),
        kind=kind,
        replacement=None if replacement is None else event(replacement),
    )


@pytest.mark.parametrize(
    ("corrections", "void"),
    [
        ([], set()),
        ([correction(2, "k", "e")], {"e"}),
        ([correction(2, "k", "e", "DUPLICATE_OF")], {"e"}),
        ([correction(2, "k", "e", "UNKNOWN")], set()),
        ([correction(2, "k", "e", "REPLACED", "known")], {"e"}),
        ([correction(2, "k", "e", "REPLACED", "not come")], set()),
        # The newest decides alone: its replacement has not come, so the older says nothing.
        ([correction(2, "k", "e"), correction(3, "l", "e", "REPLACED", "not come")], set()),
        # A correction taken back brings its target back; taken back in turn, it voids again.
        ([correction(2, "k", "e"), correction(3, "l", "k")], {"k"}),
        ([correction(2, "k", "e"), correction(3, "l", "k"), correction(4, "m", "l")], {"e", "l"}),
        ([correction(2, "k", "k")], set()),
    ],
)
def test_what_is_void(corrections: list[Correction], void: set[str]) -> None:
    assert voided_events(corrections, {event("known")}) == {event(name) for name in void}


names = st.sampled_from(["a", "b", "c", "d", "e"])


@given(
    st.lists(
        st.tuples(
            names, st.sampled_from(["RETRACTED", "DUPLICATE_OF", "REPLACED", "UNKNOWN"]), names
        ),
        max_size=7,
    ),
    st.sets(names),
)
def test_two_readings_agree(drawn: list[tuple[str, str, str]], known: set[str]) -> None:
    corrections = [
        correction(number, f"k{number}" if number % 2 else "abcde"[number % 5], *one)
        for number, one in enumerate(drawn, 10)
    ]
    told = versions.by_target(
        versions.Correction(
            key=one.event,
            moment=versions.Moment(position=one.position, known_at=AT),
            target=one.target,
            kind=one.kind,
            replacement=versions.Moment(position=1, known_at=AT)
            if one.replacement is not None and one.replacement[2] in known
            else None,
        )
        for one in corrections
    )
    other = {key for key in told if versions.voided_by(key, 100, told) is not None}
    ours = voided_events(corrections, {event(name) for name in known})
    assert ours == other
