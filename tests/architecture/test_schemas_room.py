"""The contract is pure, complete and data: a new event brings files, not code."""

from __future__ import annotations

import ast
import re
from importlib import resources
from pathlib import Path

import schemas
from schemas.events import EVENT_TYPES, LOG_RECORDS, SCHEMAS
from schemas.topics import TOPICS

ROOM = Path(schemas.__file__).parent
MODULES = [*ROOM.glob("*.py"), *ROOM.glob("*/*.py")]
ALLOWED = {
    "__future__",
    "collections",
    "cryptography",
    "dataclasses",
    "datetime",
    "enum",
    "fastavro",
    "functools",
    "hashlib",
    "hmac",
    "importlib",
    "io",
    "json",
    "math",
    "pathlib",
    "re",
    "schemas",
    "struct",
    "tomllib",
    "types",
    "typing",
    "unicodedata",
    "uuid",
    "zoneinfo",
}
# The only modules that may name a record: its class, and the laws that bind it.
MAY_NAME_RECORDS = {"record_rules.py", "events.py"}


def imported(path: Path) -> set[str]:
    names = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module.partition(".")[0])
    return names


def test_the_room_is_pure() -> None:
    """No network, no database, no clock, no chance, no environment, no log."""
    assert {
        path.name: imported(path) - ALLOWED for path in MODULES if imported(path) - ALLOWED
    } == {}


def test_nothing_asks_what_time_it_is() -> None:
    asking = re.compile(r"\b(now|today|utcnow|uuid4|uuid1|urandom|getenv|environ)\(")
    assert [p.name for p in MODULES if asking.search(p.read_text("utf-8"))] == []


def test_no_event_has_code_of_its_own_but_its_class_and_its_law() -> None:
    partner_events = {n for n, e in EVENT_TYPES.items() if e.topic.startswith("vt.in.")}
    named = {
        (path.name, name)
        for path in ROOM.glob("*.py")
        if path.name not in MAY_NAME_RECORDS
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Constant) and node.value in partner_events
        for name in [node.value]
    }
    assert named == set()


def test_every_version_of_every_record_has_examples_and_every_example_a_record() -> None:
    folders = {
        entry.name
        for entry in resources.files("schemas.examples").iterdir()
        if entry.is_dir() and not entry.name.startswith("__")
    }
    assert folders == {f"{name}.v{version}" for name, version in SCHEMAS}


def test_every_record_has_a_place() -> None:
    placed = [name for topic in TOPICS.values() for name in (*topic.records, *topic.payloads)]
    assert set(placed) == {*EVENT_TYPES, *LOG_RECORDS}
    assert sorted(set(placed) - {"EventCorrected"}) == sorted(
        name for name in placed if name != "EventCorrected"
    )
    assert placed.count("EventCorrected") == 10


def test_the_advice_log_names_nobody() -> None:
    fields = SCHEMAS[("AdviceRow", 1)]["fields"]
    assert {field["pii"] for field in fields} == {"none"}
    assert not {"households", "persons", "addresses", "references"} & {f["name"] for f in fields}
