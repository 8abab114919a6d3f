"""Which rules there are, and with which numbers they are in force in each region."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from streams.engine.database import Connection
from streams.engine.errors import StopError
from streams.engine.named_queries import load_queries
from streams.household.rule_set import DEFAULT_RULE_SET, rules_payload
from streams.household.rules import RULES
from streams.household.rules.rule import PARAMETER_MAX

QUERIES = load_queries("hub", "rules.sql")
_LENGTHS = ("_days", "_months", "_years")


@dataclass(frozen=True, slots=True, kw_only=True)
class InForce:
    """A region's rules: those of a `RulesActivated` row, or the defaults (`position` is None).

    `rules` are as such a record holds them: id to JSON of version and parameters.
    """

    region: str
    position: int | None
    known_at: datetime | None
    rules: Mapping[str, str]
    calendar: Sequence[str]

    def parameters(self, rule_id: str) -> Mapping[str, int] | None:
        """Return a rule's numbers; None when it is off."""
        text = self.rules.get(rule_id)
        if text is None:
            return None
        given: Mapping[str, int] = json.loads(text)["parameters"]
        return {**defaults(rule_id), **given}


def rules_in_force(connection: Connection, region: str | None) -> list[InForce]:
    """Return each open region's rules; StopError for a region that is not open."""
    rows = connection.execute(QUERIES["in_force"], {"region": region}).fetchall()
    if not rows:
        raise StopError("no such region is open" if region else "no region is open yet")
    return [
        InForce(
            region=place,
            position=position,
            known_at=known_at,
            rules=rules_payload(DEFAULT_RULE_SET) if rules is None else rules,
            calendar=calendar or [],
        )
        for place, position, known_at, rules, calendar in rows
    ]


def defaults(rule_id: str) -> Mapping[str, int]:
    """Return a rule's parameters with our defaults, in the order of its class.

    Raises StopError, naming the rules that there are, for another.
    """
    for rule in RULES:
        if rule.rule_id == rule_id:
            values: Mapping[str, int] = json.loads(rule().canonical_parameters())
            return {each.name: values[each.name] for each in fields(rule)}
    raise StopError(f"there is no rule {rule_id}; there are {', '.join(r.rule_id for r in RULES)}")


def version_of(rule_id: str) -> int:
    """Return the version that this program has of a rule."""
    return next(rule.version for rule in RULES if rule.rule_id == rule_id)


def parse_changes(rule_id: str, texts: Sequence[str]) -> dict[str, int]:
    """Return parameters to try from texts such as `attention_episodes=4`.

    `n` is short for the rule's first number that is no length of time.  Raises StopError, naming
    what the rule has, for anything else.
    """
    known = defaults(rule_id)
    first = next((name for name in known if not name.endswith(_LENGTHS)), None)
    found: dict[str, int] = {}
    for text in texts:
        name, separator, value = text.partition("=")
        name = first if name == "n" and first is not None else name
        if name not in known or not separator:
            has = ", ".join(f"{each} (default {number})" for each, number in known.items())
            short = f"; n is short for {first}" if first else ""
            raise StopError(f"{rule_id} cannot set that; it has {has}{short}")
        is_number = value.isascii() and value.isdigit() and len(value) <= 5
        if not is_number or int(value) > PARAMETER_MAX:
            most = f"up to {PARAMETER_MAX}, such as {name}={known[name]}"
            raise StopError(f"{name} takes a whole number {most}")
        found[name] = int(value)
    return found


def rules_document(in_force: Sequence[InForce]) -> dict[str, Any]:
    """Return what there is and what is in force, for a machine."""
    return {
        "rules": [
            {
                "rule": rule.rule_id,
                "version": rule.version,
                "label": rule.label,
                "ground": rule.ground,
                "meaning": rule.meaning,
                "defaults": dict(defaults(rule.rule_id)),
            }
            for rule in RULES
        ],
        "regions": [
            {
                "region": each.region,
                "since": None
                if each.position is None
                else {"journal_position": each.position, "known_at": each.known_at},
                "rules": {
                    rule.rule_id: each.parameters(rule.rule_id)
                    for rule in RULES
                    if rule.rule_id in each.rules
                },
                "off": [rule.rule_id for rule in RULES if rule.rule_id not in each.rules],
                "extra_days_off": list(each.calendar),
            }
            for each in in_force
        ],
    }
