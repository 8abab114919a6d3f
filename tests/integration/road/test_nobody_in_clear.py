"""Nobody whom an event names stands anywhere in clear: not on disk, in a log or in a metric."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from tests.support.road import REGION, eventually, new_bsn, report

if TYPE_CHECKING:
    from tests.support.road import Radar
    from tests.support.road_kafka import KafkaPartner

TOPIC = "vt.in.police.v1"


@pytest.fixture(scope="module")
def canaries(radar: Radar, kafka: KafkaPartner) -> list[str]:
    """Send people of this test down every road, accepted and refused, and return their names."""
    canaries: list[str] = []

    def somebody() -> dict[str, str]:
        person = {"bsn": new_bsn(), "familyName": f"Kanarie{uuid4().hex[:8]}"}
        canaries.extend(person.values())
        return person | {"birthDate": "1931-02-03"}

    accepted, direct, conflict = report(somebody()), report(somebody()), report(somebody())
    radar.accept(accepted)
    kafka.publish(direct, TOPIC)
    radar.household(accepted)
    radar.household(direct)
    # Refused at the door: another body, a missing field, a parameter, no JSON at all.
    assert radar.send(conflict | {"id": accepted["id"]}).status == 409
    assert radar.send(report(somebody(), agendaRequested=None)).status == 400
    assert radar.send(str(somebody()).encode()).status == 400
    # Refused by admission: it was sealed for another event, and it conflicts.
    other = kafka.encoded(report(somebody()), TOPIC, sealed_for=accepted)
    kafka.put(TOPIC, other)
    last = report(somebody()) | {"id": direct["id"]}
    kafka.publish(last, TOPIC)
    eventually(lambda: "conflict" in radar.outcomes(last), "the conflict is settled")
    return canaries


def test_pages_and_metrics(radar: Radar, canaries: list[str]) -> None:
    texts = [radar.metrics(name) for name in radar.ports]
    texts += [radar.page(f"/regios/{REGION}/radar{kind}").text for kind in ("", ".json")]
    for (household,) in radar.query("select household_id from projections.household_view"):
        regions = radar.query(
            "select region from projections.household_view where household_id = %s", household
        )
        for (region,) in regions:
            texts.append(radar.page(f"/regios/{region}/huishoudens/{household}").text)
    assert not [name for name in canaries if any(name in text for text in texts)]


def test_logs(radar: Radar, canaries: list[str]) -> None:
    logs = radar.logs()
    assert {"admission.log", "web.log", "kafka.log", "postgres.log"} <= logs.keys()
    found = {file for file, text in logs.items() if any(name in text for name in canaries)}
    assert not found


def test_tables(radar: Radar, canaries: list[str]) -> None:
    tables = radar.query(
        "select quote_ident(table_schema), quote_ident(table_name)"
        " from information_schema.tables where table_type = 'BASE TABLE'"
        " and table_schema not in ('pg_catalog', 'information_schema')"
    )
    assert len(tables) > 30
    searched = [*canaries, *(name.encode().hex() for name in canaries)]
    for schema, table in tables:
        rows = radar.query(f"select t::text from {schema}.{table} t")
        text = "\n".join(row for (row,) in rows)
        assert not [name for name in searched if name in text], f"{schema}.{table}"


def test_files(radar: Radar, canaries: list[str], tmp_path: Path) -> None:
    """Search every byte that Kafka, the registry and PostgreSQL keep, write-ahead log included."""
    ((database,),) = radar.query("show data_directory")
    places = [str(radar.stack.data), database]
    patterns = tmp_path / "patterns"
    patterns.write_text("\n".join(canaries), encoding="utf-8")
    done = subprocess.run(
        ["grep", "-rlaF", "-f", str(patterns), *places],
        env={**os.environ, "LC_ALL": "C"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.splitlines() == []


def test_the_search_finds_what_is_there(radar: Radar, kafka: KafkaPartner) -> None:
    """A search that cannot find anything would pass as well: let it find a known word."""
    assert any("worker_started" in text for text in radar.logs().values())
    done = subprocess.run(
        ["grep", "-rlaF", REGION, str(radar.stack.data / "kafka")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert any("vt.in.hub.v1-0" in line for line in done.stdout.splitlines())
