"""Journal rows with every kind of fact and values of every form, drawn from one seed.

Business keys come from few, so that statements replace each other; corrections correct anything,
corrections and what is unknown included; some events stand twice, as after a restored database.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

from projections.facts.registry import ADVICE_FACTS, JOURNAL_FACTS
from schemas.codec import complete, encode_body, named_types
from schemas.events import schema_of
from streams.household.rule_set import DEFAULT_RULE_SET, rules_payload
from tests.support.log_rows import event_id

START = datetime(2025, 1, 1, 8, tzinfo=UTC)
_SOURCES = ("urn:nld:oin:1:systeem:a", "urn:nld:oin:2:systeem:b")
_WORDS = ("een", "twee\tdrie", "vi\\er", "vijf\nzes", "zéven", "")
_KEYS = ("report_id", "case_id", "service_id", "order_id", "mda_id", "handover_id")
_HOMES = tuple(f"home-{number}" for number in range(4))
_KINDS = (*(fact.record_name for fact in JOURNAL_FACTS), "ContactRecorded")


class DrawnJournal:
    """Draws the bodies of one region's journal and of its advice log."""

    def __init__(self, seed: int) -> None:
        self._draw = random.Random(seed)
        self._said: list[tuple[str, str]] = []

    def journal(self, count: int) -> list[bytes]:
        """Return so many journal rows, in order."""
        return [self._journaled(position) for position in range(1, count + 1)]

    def advice(self, count: int) -> list[bytes]:
        """Return so many rows of the advice log, corrections among them."""
        self._said = []
        kinds = (*(fact.record_name for fact in ADVICE_FACTS), "AdviceCorrected")
        return [
            self._row("AdviceRow", self._draw.choices(kinds, (3, 1))[0], position)
            for position in range(1, count + 1)
        ]

    def _journaled(self, position: int) -> bytes:
        luck = self._draw.random()
        if luck < 0.02:
            return self._row("JournalRow", "RulesActivated", position)
        if luck < 0.06 and position > 3:
            return self._row("JournalRow", "HouseholdsRearranged", position)
        if luck < 0.2 and self._said:
            return self._row("JournalRow", "EventCorrected", position)
        return self._row("JournalRow", self._draw.choice(_KINDS), position)

    def _row(self, row_name: str, kind: str, position: int) -> bytes:
        at = START + timedelta(hours=position, milliseconds=self._draw.randrange(1_000))
        source, event = self._draw.choice(_SOURCES), event_id(f"{row_name} {position}")
        if self._said and self._draw.random() < 0.05:
            source, event = self._draw.choice(self._said)
        payload = {
            name: self._value(kind, name, avro_type) for name, avro_type in _types(kind).items()
        } | self._told(kind, position, source)
        payload["meta"] |= {"event_id": event, "source": source}
        self._said.append((source, event))
        row = {
            "region": "later",
            "incarnation": 1,
            "position": position,
            "known_at": at,
            "event_id": event,
            "source": source,
            "record_name": kind,
            "record_version": 1,
            "recorded_at": at,
            "payload": encode_body(kind, payload),
        }
        if row_name == "JournalRow":
            # One at most: admission moves no row to a household that it is in already.
            homes = self._draw.sample(_HOMES, self._draw.choice((0, 1, 1, 1)))
            pids = [f"pid-{number}" for number in range(self._draw.randrange(3))]
            row |= {
                "occurred_at": at,
                "households": [{"household_id": home, "reason": "PERSON"} for home in homes],
                "persons": [
                    {"ref": ref, "field": "persons", "pid": pid, "role": "VICTIM"}
                    | {"certainty": "CERTAIN"}
                    for ref, pid in enumerate(pids)
                ],
            }
        return encode_body(row_name, complete(row_name, row))

    def _told(self, kind: str, position: int, source: str) -> dict[str, Any]:
        """Return the fields that must mean something to somebody."""
        mine = [event for said_by, event in self._said if said_by == source]
        match kind:
            case "EventCorrected" | "AdviceCorrected":
                return {
                    "corrected_event_id": self._draw.choice([*mine, event_id("never said")]),
                    "kind": self._draw.choice(("RETRACTED", "DUPLICATE_OF", "REPLACED")),
                    "replacement_event_id": self._draw.choice([*mine, None]),
                }
            case "RulesActivated":
                days = [date(2025, 1, 1) + timedelta(days=self._draw.randrange(60))]
                return {
                    "rules": rules_payload(DEFAULT_RULE_SET),
                    "calendar": [day.isoformat() for day in days],
                }
            case "HouseholdsRearranged":
                left, joined = self._draw.sample(_HOMES, 2)
                positions = sorted(self._draw.sample(range(1, position), min(position - 1, 20)))
                move = {"from_household": left, "to_household": joined, "positions": positions}
                return {"moves": [move]}
            case _:
                return {}

    def _value(self, record_name: str, name: str, avro_type: Any) -> Any:
        match avro_type:
            case [*branches]:
                return self._value(record_name, name, self._draw.choice(branches))
            case {"type": "enum", "symbols": symbols}:
                return self._draw.choice(symbols)
            case {"type": "array", "items": items}:
                count = self._draw.randrange(3)
                return [self._value(record_name, name, items) for _ in range(count)]
            case {"type": "record", "fields": fields}:
                return {f["name"]: self._value(record_name, f["name"], f["type"]) for f in fields}
            case {"type": "map", "values": values}:
                return {"one": self._value(record_name, name, values)}
            case str() if avro_type in (named := _named(record_name)):
                return self._value(record_name, name, named[avro_type])
            case {"type": inner}:
                return self._plain(name, avro_type.get("logicalType", inner))
            case _:
                return self._plain(name, avro_type)

    def _plain(self, name: str, avro_type: str) -> Any:
        draw = self._draw
        key = f"{name} {draw.randrange(6)}"
        values: dict[str, Any] = {
            "null": None,
            "string": key if name in _KEYS else draw.choice(_WORDS),
            "boolean": draw.random() < 0.5,
            "int": draw.randrange(1, 3),
            "long": draw.randrange(1, 3),
            "bytes": draw.randbytes(3),
            "date": date(2025, 1, 1) + timedelta(days=draw.randrange(400)),
            "timestamp-millis": START + timedelta(milliseconds=draw.randrange(10**10)),
        }
        return values[avro_type]


def _types(record_name: str) -> Mapping[str, Any]:
    return {field["name"]: field["type"] for field in schema_of(record_name, 1)["fields"]}


def _named(record_name: str) -> Mapping[str, Any]:
    return named_types(schema_of(record_name, 1))
