"""The oracle finds what is wrong: each kind of fault, planted into a run without any."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from tests.soak.oracle import Observed, Verdict, compare
from tests.soak.sent import EventKey, Fate, Sent, What

TOPIC = "vt.in.police.v1"
HUB = "hub"


def key(name: str) -> EventKey:
    return ("noord", "police", name)


def put(name: str | None, offset: int | None, **more: Any) -> Sent:
    said: dict[str, Any] = {
        "what": What.EVENT,
        "key": key(name) if name else None,
        "content": 0,
        "topic": TOPIC,
        "partition": 0,
        "offset": offset,
        "family": 1 if name and name < "c" else 2,
        "fate": Fate.ACCEPTED,
    }
    return Sent(**(said | more))


def sendings() -> list[Sent]:
    return [
        put("a", 0, case="known"),
        put("b", 1),
        put("a", 2, case="known"),
        put("a", 3, content=1),
        put(None, 4, what=What.GARBAGE),
        put("c", 5),
        put("d", 6, what=What.CHILD, case="unknown"),
        put("b2", 7, what=What.CHILD, case="known", family=1),
        put("m", 8, what=What.MISPLACED),
        put("w", None, by_gateway=True, topic="vt.in.reporters.v1"),
        put("w", None, by_gateway=True, content=1, fate=Fate.REFUSED),
        put("x", None, what=What.ADVICE, by_gateway=True, family=None),
    ]


OUTCOMES = (
    *(("applied", "a"), ("applied", "b"), ("duplicate", "a"), ("conflict", "a")),
    *(("dead_lettered", None), ("applied", "c"), ("pending", "d"), ("applied", "b2")),
    ("re_routed", "m"),
)


def observed() -> Observed:
    ledger: dict[tuple[str, int, int], tuple[str, EventKey | None]] = {
        (TOPIC, 0, offset): (outcome, key(name) if name else None)
        for offset, (outcome, name) in enumerate(OUTCOMES)
    }
    ledger["vt.in.reporters.v1", 0, 0] = ("applied", key("w"))
    ledger["vt.in.advice.v1", 0, 0] = ("applied", key("x"))
    homes = {"a": "h1", "b": "h1", "b2": "h1", "c": "h2", "w": "h2", "m": "h2"}
    return Observed(
        ends={
            (TOPIC, 0): len(OUTCOMES),
            ("vt.in.reporters.v1", 0): 1,
            ("vt.in.advice.v1", 0): 1,
        },
        ledger=ledger,
        journal={key(name): [(home,)] for name, home in homes.items()}
        | {("noord", HUB, "opened"): [()]},
        timeline={key(name): [home] for name, home in homes.items()},
        pending=frozenset({key("d")}),
        advice={key("x"): 1},
        hub_source=HUB,
    )


def test_a_run_without_faults_is_clean() -> None:
    verdict = compare(sendings(), observed())
    assert verdict.is_clean, verdict.examples
    assert verdict.sent == 12
    assert verdict.accepted == 11


def without(mapping: Any, *keys: Any) -> Any:
    return {name: value for name, value in mapping.items() if name not in keys}


def outcome(offset: int, told: str) -> Callable[[Observed], Observed]:
    at = (TOPIC, 0, offset)
    return lambda o: replace(o, ledger={**o.ledger, at: (told, o.ledger[at][1])})


PLANTS: dict[str, tuple[str, Callable[[Observed], Observed]]] = {
    "a journal row is gone": (
        "lost",
        lambda o: replace(o, journal=without(o.journal, key("b"))),
    ),
    "a timeline row is gone": (
        "lost",
        lambda o: replace(o, timeline=without(o.timeline, key("c"))),
    ),
    "an event of the gateway is gone": (
        "lost",
        lambda o: replace(o, journal=without(o.journal, key("w"))),
    ),
    "an advice is gone": ("lost", lambda o: replace(o, advice={})),
    "nobody waits any more": ("lost", lambda o: replace(o, pending=frozenset())),
    "an event counts twice": (
        "doubled",
        lambda o: replace(o, journal={**o.journal, key("b"): [("h1",), ("h1",)]}),
    ),
    "a timeline shows it twice": (
        "doubled",
        lambda o: replace(o, timeline={**o.timeline, key("b"): ["h1", "h1"]}),
    ),
    "an advice counts twice": ("doubled", lambda o: replace(o, advice={key("x"): 2})),
    "a family is split": (
        "wrong_households",
        lambda o: replace(
            o,
            journal={**o.journal, key("b"): [("h3",)]},
            timeline={**o.timeline, key("b"): ["h3"]},
        ),
    ),
    "two families are one": (
        "wrong_households",
        lambda o: replace(
            o,
            journal={**o.journal, **{key(name): [("h1",)] for name in "cwm"}},
            timeline={**o.timeline, **{key(name): ["h1"] for name in "cwm"}},
        ),
    ),
    "an offset has no outcome": (
        "unaccounted",
        lambda o: replace(o, ledger=without(o.ledger, (TOPIC, 0, 4))),
    ),
    "an outcome has no offset": (
        "unaccounted",
        lambda o: replace(o, ends={**o.ends, (TOPIC, 0): 8}),
    ),
    "the second content won": ("unaccounted", outcome(0, "conflict")),
    "a duplicate was applied": ("unaccounted", outcome(2, "applied")),
    "a misplaced event is a dead letter": ("unaccounted", outcome(8, "dead_lettered")),
    "a misplaced event never arrived": (
        "lost",
        lambda o: replace(o, journal=without(o.journal, key("m"))),
    ),
    "garbage was applied": ("unaccounted", outcome(4, "applied")),
    "a good event is a dead letter": ("unaccounted", outcome(1, "dead_lettered")),
    "an event of the gateway is a conflict": (
        "unaccounted",
        lambda o: replace(
            o, ledger={**o.ledger, ("vt.in.reporters.v1", 0, 0): ("conflict", key("w"))}
        ),
    ),
    "an event that nobody sent": (
        "unaccounted",
        lambda o: replace(o, journal={**o.journal, key("z"): [("h9",)]}),
    ),
}


@pytest.mark.parametrize("plant", PLANTS)
def test_it_finds(plant: str) -> None:
    kind, planted = PLANTS[plant]
    verdict: Verdict = compare(sendings(), planted(observed()))
    assert getattr(verdict, kind) >= 1, verdict.examples
    assert verdict.examples


def test_it_finds_a_good_event_refused_at_the_door() -> None:
    sent = sendings()
    sent[9].fate = Fate.REFUSED
    assert compare(sent, observed()).unaccounted >= 1


def test_what_was_never_confirmed_may_stand_or_not() -> None:
    sent = sendings()
    sent.append(put("u", None, fate=Fate.UNKNOWN))
    seen = observed()
    assert compare(sent, seen).is_clean
    stands = replace(seen, journal={**seen.journal, key("u"): [("h2",)]})
    assert not compare(sent, stands).unaccounted


def with_parent(**more: Any) -> list[Sent]:
    """Return the sendings and a report that names the case for which "d" waits."""
    return [*sendings(), put("p", None, case="unknown", family=2, **more)]


def taken_along(seen: Observed) -> Observed:
    """Return what is seen when "d" does not wait but stands in the journal."""
    told = outcome(6, "applied")(seen)
    return replace(
        told,
        pending=frozenset(),
        journal={**told.journal, key("d"): [("h2",)]},
        timeline={**told.timeline, key("d"): ["h2"]},
    )


@pytest.mark.parametrize("see", [lambda o: o, taken_along])
def test_a_child_of_a_report_of_unknown_fate_may_wait_or_stand(
    see: Callable[[Observed], Observed],
) -> None:
    verdict = compare(with_parent(fate=Fate.UNKNOWN), see(observed()))
    assert verdict.is_clean, verdict.examples


@pytest.mark.parametrize(
    ("blamed", "spoil"),
    [
        ("lost", lambda o: replace(o, pending=frozenset())),
        ("doubled", lambda o: replace(taken_along(o), pending=frozenset({key("d")}))),
    ],
)
def test_such_a_child_may_not_be_nowhere_or_in_both_places(
    blamed: str, spoil: Callable[[Observed], Observed]
) -> None:
    verdict = compare(with_parent(fate=Fate.UNKNOWN), spoil(observed()))
    assert getattr(verdict, blamed) == 1, verdict.examples


def test_a_child_of_a_report_that_was_sent_on_may_not_wait() -> None:
    sent = with_parent(what=What.MISPLACED, by_gateway=True)
    assert "lost: d in the journal" in compare(sent, observed()).examples
