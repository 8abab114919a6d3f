"""Two published reports of the invented region, one of them protected."""

from __future__ import annotations

import psycopg

from query.editions.places import Place, Places
from query.editions.store import Making, new_edition, publish
from query.report.disclosure import disclosed, parse_disclosure
from tests.support.invented_report import invented_report

REPORT = invented_report(11, 30, 8)
EDITION, PROTECTED = "bestuur-2025-08", "bestuur-2025-08-gemeenten"


def publish_editions(url: str) -> None:
    """Publish both in a migrated database."""
    nowhere = Place(position=120, incarnation=1)
    places = Places(journal=nowhere, advice=nowhere, rules_position=2)
    with psycopg.connect(url) as connection:
        for name, rule in ((EDITION, "none"), (PROTECTED, "suppress:5")):
            making = Making(name=name, is_factsheet=False, definitions=1, software="0.1.0")
            printed = disclosed(REPORT, parse_disclosure(rule))
            publish(connection, new_edition(REPORT, printed, places, making))
