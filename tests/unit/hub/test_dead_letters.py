"""What can be tried again, what stays behind, and what the command refuses to understand."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from typer.testing import CliRunner

from hub.cli import app
from hub.dead_letters import Letter, left_behind, parse_ids
from schemas.codec import EVENT_BYTES_MAX

SEEN_AT = datetime(2025, 1, 1, tzinfo=UTC)
ID = "01932f00-0000-7000-8000-000000000001"


def letter(hour: int = 0, source: str | None = "a", region: str = "drenthe") -> Letter:
    at = SEEN_AT + timedelta(hours=hour)
    return Letter(
        id=uuid4(),
        region=region,
        stage="admission",
        topic="vt.in.police.v1",
        offset=hour,
        code="avro.magic",
        status="open",
        attempts=1,
        first_seen=at,
        last_seen=at,
        size_bytes=10,
        sha256="",
        headers={},
        has_bytes=True,
        source=source,
        event_id=None,
    )


def test_an_open_letter_with_its_bytes_can_be_redriven() -> None:
    assert letter().obstacle is None
    assert replace(letter(), size_bytes=EVENT_BYTES_MAX).obstacle is None


def test_what_cannot_be_redriven_says_why() -> None:
    good = letter()
    for bad, why in (
        (replace(good, status="redriven"), "it is redriven"),
        (replace(good, status="discarded", has_bytes=False), "it is discarded"),
        (replace(good, stage="advice", has_bytes=False), "only a hash is kept"),
        (replace(good, stage="radar"), "inbound topic"),
        (replace(good, has_bytes=False), "tombstone"),
        (replace(good, size_bytes=EVENT_BYTES_MAX + 1), "larger"),
    ):
        assert why in str(bad.obstacle)


def test_earlier_letters_of_the_same_sender_stay_behind() -> None:
    first, second, third = letter(1), letter(2), letter(3)
    everything = [first, second, third, letter(1, "b"), letter(1, None), letter(1, region="zuid")]
    assert left_behind([first], everything) == 0
    assert left_behind([second], everything) == 1
    assert left_behind([third], everything) == 2
    assert left_behind([first, third], everything) == 1
    assert left_behind([letter(9, None)], everything) == 0


def test_what_is_no_id_is_not_repeated() -> None:
    with pytest.raises(ValueError, match="id 2 is not") as raised:
        list(parse_ids([ID, "Kanariepiet"]))
    assert "Kanarie" not in str(raised.value)


@pytest.mark.parametrize(
    "arguments",
    [
        ("redrive", "--reason", "OTHER"),
        ("redrive", ID, "--code", "avro.magic", "--reason", "OTHER"),
        ("redrive", ID),
        ("discard", ID, "--reason", "BECAUSE"),
        ("redrive", ID, "--reason", "OTHER", "--by", "jan@example.org"),
        ("show", ID, "--reveal", "file"),
        ("list", "--status", "lost"),
    ],
)
def test_wrong_use_ends_with_2(arguments: tuple[str, ...]) -> None:
    assert CliRunner().invoke(app, ["dead-letters", *arguments]).exit_code == 2
