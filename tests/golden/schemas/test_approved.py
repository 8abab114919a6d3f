"""What was published once may not change: a change here needs a human's yes.

`RADAR_APPROVE=1 pytest tests/golden/schemas` writes the files anew; look at the difference.
"""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path
from typing import Any

import pytest
from fastavro.schema import to_parsing_canonical_form

from schemas.codec import encode_body
from schemas.digest import event_digest
from schemas.events import EVENT_TYPES, SCHEMAS
from schemas.problem_codes import PROBLEM_CODES
from schemas.sealing import info_of, open_sealed
from schemas.topics import TOPICS
from tests.support.spoken import OFFERED, parsed, private_keys, sealed_record

HERE = Path(__file__).parent
KEY = bytes(range(32))


def approve(name: str, now: Any) -> None:
    """Compare with the approved file; with RADAR_APPROVE set, write it instead."""
    path = HERE / f"{name}.verified.json"
    if os.environ.get("RADAR_APPROVE"):
        path.write_text(json.dumps(now, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    assert now == json.loads(path.read_text(encoding="utf-8"))


def test_the_bytes_of_every_example() -> None:
    approve(
        "bytes",
        {f"{n}.v1/{e}": encode_body(n, parsed(n, e).record).hex() for n, e in OFFERED},
    )


def test_the_digest_of_every_example() -> None:
    """K is never retired: a digest that changes turns every repeated event into a conflict."""
    events = {(n, e): parsed(n, e) for n, e in OFFERED}
    approve(
        "digests",
        {
            f"{n}.v1/{e}": event_digest(KEY, n, event.record, event.content).hex()
            for (n, e), event in events.items()
        },
    )


def test_the_shape_of_every_published_schema() -> None:
    shapes = {
        f"{name}.v{version}": hashlib.sha256(
            to_parsing_canonical_form(dict(schema)).encode()
        ).hexdigest()
        for (name, version), schema in SCHEMAS.items()
    }
    approve("shapes", shapes)


def test_the_names_that_became_infrastructure() -> None:
    approve(
        "names",
        {
            "topics": {name: list(topic.records) for name, topic in TOPICS.items()},
            "ce_types": sorted(each.ce_type for each in EVENT_TYPES.values()),
            "codes": {code: p.http_type for code, p in sorted(PROBLEM_CODES.items())},
        },
    )


def test_a_block_that_was_sealed_long_ago_still_opens() -> None:
    event = parsed("PoliceReportSubmitted", "complete")
    meta = event.record["meta"]
    path = HERE / "sealed.verified.json"
    if os.environ.get("RADAR_APPROVE") and not path.exists():
        block = sealed_record(event)["sealed_persons"].hex()
        path.write_text(json.dumps({"block": block}) + "\n", encoding="utf-8")
    block = bytes.fromhex(json.loads(path.read_text(encoding="utf-8"))["block"])
    info = info_of(meta["region"], meta["source"], meta["event_id"])
    assert open_sealed(private_keys, info, block) == event.content


def test_the_approval_can_refuse(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("RADAR_APPROVE", raising=False)
    with pytest.raises(AssertionError):
        approve("names", {})
