"""Fifty sayings about six families, and what admission makes of them apart from random tokens."""

from __future__ import annotations

import random
from collections.abc import Callable
from functools import partial

from streams.engine.stage import InputRecord
from streams.engine.wire import HUB_SOURCE
from tests.support.admission import POLICE, AdmissionRoad, person
from tests.support.sayings import RIA, assessed, corrected, police, registered


def scenario(road: AdmissionRoad) -> None:
    """Say forty things about six families, children before parents, with corrections."""
    rng = random.Random(7)
    for number in range(10):
        case = f"C{number}"
        steps: list[Callable[[], InputRecord]] = [
            partial(
                police, road, f"p{number}", number % 6, 6 + number % 3, source_ref=f"B{number}"
            ),
            partial(
                registered,
                road,
                f"r{number}",
                case,
                signal_source=POLICE,
                signal_source_ref=f"B{number}",
            ),
            partial(assessed, road, f"a{number}", case),
            partial(police, road, f"w{number}", persons=[person(0)], people=[{"ref": 0, **RIA}]),
            partial(corrected, road, f"c{number}", f"p{(number * 3) % 10}", "RETRACTED"),
        ]
        rng.shuffle(steps)
        for step in steps:
            step()


def shape(road: AdmissionRoad) -> list[object]:
    """Return the journal and the memberships with tokens replaced by their order of appearing."""
    names: dict[str, str] = {}

    def named(token: str) -> str:
        return names.setdefault(token, f"token {len(names)}")

    rows = [
        (
            row["position"],
            row["record_name"],
            row["event_id"] if row["source"] != HUB_SOURCE else "",
            [(named(link["household_id"]), link["reason"]) for link in row["households"]],
            [named(p["pid"]) for p in row["persons"]],
            [(d["kind"], [named(h) for h in d["household_ids"]]) for d in row["decisions"]],
        )
        for row in road.journal()
    ]
    members = road.query(
        "select household_id, pid, role, position_from, position_to from admission.membership"
        " where region = %s order by position_from, role, position_to",
        road.region,
    )
    reviews = road.query(
        "select kind, event_id from admission.review_entry where region = %s order by 2, 1",
        road.region,
    )
    waiting = road.query(
        "select event_id from admission.pending where region = %s order by seq", road.region
    )
    stood = sorted((named(h), named(p), *rest) for h, p, *rest in members)
    return [rows, [str(member) for member in stood], reviews, waiting]
