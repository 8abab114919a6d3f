"""The partner file: who may say what, and which files are refused."""

from __future__ import annotations

import hashlib

import pytest

from streams.admission.senders import HUB_TOPIC, Senders
from streams.engine.errors import StopError
from streams.engine.wire import HUB_SOURCE

POLICE = "urn:nld:oin:00000099000000000002:systeem:politie"
TOPIC = "vt.in.police.v1"


def entry(**changes: str) -> str:
    fields = {
        "id": '"politie"',
        "name": '"Politie"',
        "sources": f'["{POLICE}"]',
        "regions": '["drenthe"]',
        "topics": f'["{TOPIC}"]',
        "token_sha256": f'"{hashlib.sha256(b"geheim").hexdigest()}"',
    } | changes
    return "[[partner]]\n" + "\n".join(f"{name} = {value}" for name, value in fields.items())


def test_a_partner_may_say_what_its_entry_says() -> None:
    senders = Senders.parse(entry())
    assert senders.may_speak(POLICE, "drenthe", TOPIC)
    assert senders.refusal(POLICE, "zuid", TOPIC) == "authz.region"
    assert senders.refusal(POLICE, "drenthe", "vt.in.mda.v1") == "authz.event"
    assert senders.refusal("urn:x", "drenthe", TOPIC) == "authz.source"


def test_two_partners_may_share_a_source_each_for_its_region() -> None:
    other = entry(id='"politie-zuid"', regions='["zuid"]')
    senders = Senders.parse(entry() + "\n" + other)
    assert senders.may_speak(POLICE, "drenthe", TOPIC) and senders.may_speak(POLICE, "zuid", TOPIC)


def test_the_hub_alone_speaks_on_its_topic_and_nowhere_else() -> None:
    senders = Senders.parse(entry())
    assert senders.may_speak(HUB_SOURCE, "drenthe", HUB_TOPIC)
    assert not senders.may_speak(POLICE, "drenthe", HUB_TOPIC)
    assert not senders.may_speak(HUB_SOURCE, "drenthe", TOPIC)


def test_a_token_is_known_by_its_hash() -> None:
    senders = Senders.parse(entry())
    found = senders.by_token("geheim")
    assert found is not None and found.id == "politie"
    assert senders.by_token("ander") is None
    assert found.token_sha256 not in repr(found)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[[partner]", "not TOML"),
        (entry(extra="1"), "only"),
        (entry(sources='["politie"]'), "a source is urn"),
        (entry(topics='["vt.in.hub.v1"]'), "other than vt.in.hub.v1"),
        (entry(topics='["vt.journal.v1"]'), "inbound topics"),
        (entry(regions="[]"), "regions is a list"),
        (entry(token_sha256='"geheim"'), "64 hex digits"),
        (entry(direct='"ja"'), "true or false"),
        (entry() + "\n" + entry(), "twice"),
    ],
)
def test_a_wrong_partner_file_stops_the_hub_and_says_why(text: str, message: str) -> None:
    with pytest.raises(StopError, match=message):
        Senders.parse(text)
