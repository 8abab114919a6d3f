"""What docs/partners promises, done as it stands there."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.routing import Mount

from connectors.gateway.app import create_gateway
from connectors.gateway.bodies import Offered
from connectors.gateway.offers import read_offer
from connectors.partners import DEMO_PARTNERS, Partners, write_demo_partners
from hub.local.endpoints import Endpoints
from hub.registry_sync import register_all, registry_client
from schemas.codec import Codec, SchemaKey
from streams.admission.senders import Senders
from tests.support.gateway import REGIONS
from tests.support.gateway_hub import Hub, make_topics, open_hub

PAGES = Path(__file__).parents[2] / "docs" / "partners"
TOPIC = "vt.in.police.v1"


def example(page: str, name: str) -> str:
    """Return the code block that a page marks with this name."""
    text = (PAGES / page).read_text(encoding="utf-8")
    marked = rf"<!-- voorbeeld: {re.escape(name)} -->\n```\w+\n(.*?)\n```"
    found = re.search(marked, text, re.DOTALL)
    assert found is not None
    return found[1]


@contextmanager
def served(hub: Hub) -> Iterator[str]:
    """Serve the gateway on a real port, as the web process does."""
    app = Starlette(routes=[Mount("/v1", create_gateway(hub.deps))])
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_config=None, lifespan="off"))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        threading.Event().wait(0.02)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join()


@pytest.fixture
def hub(stack: Endpoints, database: str, tmp_path: Path) -> Iterator[tuple[Hub, dict[str, str]]]:
    """Return a hub with the demonstration's partners and the registry's schema ids."""
    make_topics(stack.kafka_bootstrap)
    tokens = write_demo_partners(tmp_path / "partners.toml")
    senders = Senders.load(tmp_path / "partners.toml")
    with registry_client(stack.registry_url) as registry:
        registered = register_all(registry)
    ids = {r.schema_id: SchemaKey(r.record_name, r.version) for r in registered}
    with open_hub(database, stack.kafka_bootstrap, codec=Codec(ids), senders=senders) as opened:
        yield opened, dict(tokens)


def test_the_first_event_is_accepted_as_the_page_says(
    hub: tuple[Hub, dict[str, str]], tmp_path: Path
) -> None:
    opened, tokens = hub
    (tmp_path / "melding.json").write_text(example("eerste-gebeurtenis.md", "melding.json"))
    first = opened.topic_end(TOPIC)
    with served(opened) as address:

        def curl(path: str, *options: str) -> str:
            token = f"Authorization: Bearer {tokens['politie']}"
            done = subprocess.run(
                ["curl", "-sS", f"{address}{path}", "-H", token, *options],
                cwd=tmp_path,
                capture_output=True,
                text=True,
                timeout=30,
                check=True,
            )
            return done.stdout

        body = (
            "-H",
            "Content-Type: application/cloudevents+json",
            "--data-binary",
            "@melding.json",
        )
        assert json.loads(curl("/v1/gebeurtenissen/_valideer", *body)) == {
            "geldig": True,
            "fouten": [],
        }
        answer = json.loads(curl("/v1/gebeurtenissen", *body))
        assert answer["status"] == "ontvangen"
        opened.admit(TOPIC, first)
        assert json.loads(curl(answer["ontvangstbewijs"]))["status"] == "toegelaten"
        assert json.loads(curl("/v1/gebeurtenissen", *body))["status"] == "duplicaat"


def test_the_kafka_example_takes_the_same_road(
    hub: tuple[Hub, dict[str, str]], stack: Endpoints, tmp_path: Path
) -> None:
    opened, tokens = hub
    (tmp_path / "publiceer.py").write_text(example("kafka.md", "publiceer.py"))
    first = opened.topic_end(TOPIC)
    with served(opened) as address:
        environment = {
            "HUB": address,
            "TOKEN": tokens["politie"],
            "REGISTER": stack.registry_url,
            "KAFKA": stack.kafka_bootstrap,
            "PATH": os.environ["PATH"],
        }
        done = subprocess.run(
            [sys.executable, "publiceer.py"],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, done.stderr
    receipt_id = UUID(done.stdout.strip())
    opened.admit(TOPIC, first)
    found = opened.http.get(
        f"/v1/ontvangstbewijzen/{receipt_id}",
        headers={"authorization": f"Bearer {tokens['politie']}"},
    )
    assert found.json()["status"] == "toegelaten", found.text


def test_the_example_speaks_for_a_partner_of_the_demonstration(tmp_path: Path) -> None:
    document = json.loads(example("eerste-gebeurtenis.md", "melding.json"))
    (police,) = [partner for partner in DEMO_PARTNERS if partner.id == "politie"]
    assert document["source"] in police.sources
    tokens = write_demo_partners(tmp_path / "partners.toml")
    found = Partners.load(tmp_path / "partners.toml").principal(tokens["politie"])
    assert found is not None
    reading = read_offer(Offered(pointer="", document=document), found, REGIONS)
    assert reading.faults == reading.denials == ()
