"""A gateway for tests: made-up senders, a police report as they would send it, and its parts."""

from __future__ import annotations

import copy
import hashlib
from typing import Any

from psycopg_pool import ConnectionPool
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.testclient import TestClient

from connectors.gateway.app import GatewayDeps, create_gateway, open_gateway
from connectors.gateway.receipts import Pool
from connectors.partners import Partners, Principal, principal_of
from schemas.codec import Codec, SchemaKey
from schemas.events import EVENT_TYPES
from schemas.regions import Regions
from streams.admission.senders import Senders

REGION = "drenthe"
POLICE = "urn:nld:oin:00000099000000000002:systeem:politie"
ADVICE_DESK = "urn:nld:oin:00000099000000000005:systeem:advies"
CASE_SYSTEM = "urn:nld:oin:00000099000000000004:systeem:zaken"
TOKENS = {"politie": "geheim-politie", "advies": "geheim-advies", "zaken": "geheim-zaken"}
DIGEST_KEY = bytes(range(32))
NOBODY = "127.0.0.1:1"  # no broker and no database listens on port 1
IDS = {number: SchemaKey(name, 1) for number, name in enumerate(sorted(EVENT_TYPES), start=1)}
REGIONS = Regions.parse(
    '[[region]]\ncode = "drenthe"\nname = "Drenthe"\n[[region]]\ncode = "zuid"\nname = "Zuid"\n'
)
_PARTNERS = (
    ("politie", POLICE, ["vt.in.police.v1"]),
    ("advies", ADVICE_DESK, ["vt.in.advice.v1"]),
    ("zaken", CASE_SYSTEM, ["vt.in.case-system.v1"]),
)
_REPORT: dict[str, Any] = {
    "specversion": "1.0",
    "id": "01932f00-0000-7000-8000-00000000f001",
    "source": POLICE,
    "type": "nl.veiligthuis.radar.police-report-submitted.v1",
    "time": "2025-03-02T08:15:00Z",
    "region": REGION,
    "data": {
        "occurredAt": "2025-03-01T22:40:00+01:00",
        "sourceRef": "PL0100-2025999999",
        "reportedOn": "2025-03-02",
        "incidentOn": "2025-03-01",
        "persons": [
            {"role": "VICTIM", "bsn": "999990019", "familyName": "Testvrouw"},
            {"role": "CHILD", "birthDate": "2019-05-06", "familyName": "Testkind"},
        ],
        "nature": ["CHILD_ABUSE"],
        "agendaRequested": False,
        "subjectsInformed": True,
    },
}


def police_report(**data: Any) -> dict[str, Any]:
    """Return a valid police report; keywords replace fields of its `data`."""
    report = copy.deepcopy(_REPORT)
    report["data"] |= data
    return report


def partner_file() -> str:
    """Return the partner file of the senders above; all may speak for drenthe only."""
    return "\n".join(
        f'[[partner]]\nid = "{name}"\nname = "{name}"\nsources = ["{source}"]\n'
        f'regions = ["{REGION}"]\ntopics = {topics}\n'
        f'token_sha256 = "{hashlib.sha256(TOKENS[name].encode()).hexdigest()}"\n'
        for name, source, topics in _PARTNERS
    )


def principal(name: str = "politie") -> Principal:
    """Return one of the senders as the gateway sees it."""
    return next(principal_of(s) for s in Senders.parse(partner_file()) if s.id == name)


def gateway_pool(database: str) -> Pool:
    """Return a pool as the web process makes it, not opened yet."""
    return ConnectionPool(database, min_size=1, max_size=8, open=False, kwargs={"autocommit": True})


def gateway(pool: Pool, bootstrap: str) -> GatewayDeps:
    """Return a gateway on these servers."""
    return open_gateway(
        pool=pool,
        bootstrap=bootstrap,
        codec=Codec(IDS),
        regions=REGIONS,
        partners=Partners(Senders.parse(partner_file())),
        digest_key=DIGEST_KEY,
    )


def client(deps: GatewayDeps, name: str | None = "politie") -> TestClient:
    """Return a client that speaks to the gateway in this process, as one of the senders.

    Use it as a context manager: its event loop then lives as long as it does.
    """
    headers = {} if name is None else {"authorization": f"Bearer {TOKENS[name]}"}
    app = Starlette(routes=[Mount("/v1", create_gateway(deps))])
    return TestClient(
        app, headers=headers, client=("127.0.0.1", 50_000), raise_server_exceptions=False
    )
