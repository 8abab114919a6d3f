from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

import pytest

from schemas import digest
from schemas.codec import named_types
from schemas.events import EVENT_TYPES
from schemas.sealing import SealedContent
from tests.support.spoken import OFFERED, parsed

KEY = b"K" * 32


def digest_of(name: str = "PoliceReportSubmitted", **changes: Any) -> bytes:
    event = parsed(name)
    content = changes.pop("content", event.content)
    return digest.event_digest(KEY, name, {**event.record, **changes}, content)


def test_the_same_event_has_the_same_digest_however_it_was_sealed() -> None:
    assert digest_of() == digest_of(sealed_persons=b"one") == digest_of(sealed_persons=b"two")
    assert len(digest_of()) == 32


def test_another_key_another_digest_and_a_short_key_none() -> None:
    event = parsed("ClockTicked")
    first = digest.event_digest(KEY, "ClockTicked", event.record)
    assert digest.event_digest(b"L" * 32, "ClockTicked", event.record) != first
    with pytest.raises(ValueError, match="32 bytes"):
        digest.event_digest(b"short", "ClockTicked", event.record)


def test_everything_that_is_said_counts() -> None:
    event = parsed("PoliceReportSubmitted")
    persons = dict(event.content.persons)
    without = SealedContent(persons={0: persons[0]}, addresses=event.content.addresses)
    swapped = SealedContent(
        persons={**persons, 0: persons[1], 1: persons[0]}, addresses=event.content.addresses
    )
    moved = SealedContent(persons=persons, addresses={})
    meta = {**event.record["meta"], "source_ref": None}
    other = [
        digest_of(arrested=False),
        digest_of(arrested=None),
        digest_of(nature=["CHILD_ABUSE", "EX_PARTNER_VIOLENCE"]),
        digest_of(persons=event.record["persons"][:2]),
        digest_of(incident_address=None),
        digest_of(meta=meta),
        digest_of(content=without),
        digest_of(content=swapped),
        digest_of(content=moved),
    ]
    assert len({digest_of(), *other}) == len(other) + 1


def test_two_records_that_say_the_same_words_differ() -> None:
    given = parsed("RedriveRequested").record
    asked = digest.event_digest(KEY, "RedriveRequested", given)
    assert digest.event_digest(KEY, "DiscardRequested", given) != asked


def test_a_field_added_later_leaves_old_digests_alone() -> None:
    before = digest_of()
    event = parsed("PoliceReportSubmitted")
    schema = copy.deepcopy(dict(EVENT_TYPES["PoliceReportSubmitted"].schema))
    added = {"name": "added_later", "type": ["null", "string"], "default": None}
    schema["fields"] = [*schema["fields"], added]
    named = named_types(schema)
    said = digest._differing(schema, {**event.record, "added_later": None}, named)
    assert "added_later" not in said
    assert said == digest._differing(
        EVENT_TYPES["PoliceReportSubmitted"].schema, event.record, named
    )
    assert digest_of() == before


@pytest.mark.parametrize(("name", "example"), OFFERED)
def test_every_event_can_be_digested(name: str, example: str) -> None:
    event = parsed(name, example)
    said: Mapping[str, Any] = event.record
    assert digest.event_digest(KEY, name, said, event.content)
