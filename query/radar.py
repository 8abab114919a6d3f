"""The radar list: households with open findings, highest level first."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from psycopg.rows import class_row, tuple_row

from query.limits import RADAR_ROWS_PER_PAGE
from query.paging import Paging, page_number
from query.problems import BadQuestion
from query.reading import QUERIES, ReadConnection
from query.wording import LEVELS

_RULE_ID = re.compile(r"R\d{2,3}")


@dataclass(frozen=True, slots=True, kw_only=True)
class RadarFilter:
    """What the reader asked to see: a level, a rule, both or neither, and a page of it."""

    level: str | None
    rule: str | None
    page: int

    def query(self, **changes: str | int | None) -> str:
        """Return the query string of this filter with changes; page 1 and "all" leave it out."""
        wanted: dict[str, str | int | None] = {
            "niveau": self.level, "regel": self.rule, "pagina": self.page, **changes,
        }  # fmt: skip
        if wanted["pagina"] == 1:
            wanted["pagina"] = None
        given = {key: value for key, value in wanted.items() if value is not None}
        return f"?{urlencode(given)}" if given else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RadarRow:
    """One household of the list."""

    household_id: str
    level: str
    open_findings: int
    rule_ids: list[str]
    sentence: str
    last_signal_at: datetime | None
    municipality: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleCount:
    """A rule with open findings, and in how many households."""

    rule_id: str
    label: str
    households: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RadarList:
    """One page of the list; `households_by_level` counts all pages, for the chosen rule."""

    asked: RadarFilter
    rows: list[RadarRow]
    paging: Paging
    rules: list[RuleCount]
    households_by_level: Mapping[str, int]

    @property
    def rule_labels(self) -> Mapping[str, str]:
        """Return the Dutch name of each rule that has an open finding."""
        return {rule.rule_id: rule.label for rule in self.rules}


def parse_filter(asked: Mapping[str, str]) -> RadarFilter:
    """Return the filter of a query string; an empty field means all.

    Raises BadQuestion for a level or rule that cannot exist.
    """
    level = asked.get("niveau") or None
    rule = asked.get("regel") or None
    if level is not None and level not in {known.code for known in LEVELS}:
        raise BadQuestion("Dit niveau bestaat niet", "Kies een niveau uit de lijst.")
    if rule is not None and _RULE_ID.fullmatch(rule) is None:
        raise BadQuestion("Deze regel bestaat niet", "Kies een regel uit de lijst.")
    return RadarFilter(level=level, rule=rule, page=page_number(asked))


def read_radar(connection: ReadConnection, region: str, asked: RadarFilter) -> RadarList:
    """Return one page of the region's radar list.

    A page beyond the last one is the last one: a list that shrank is no mistake of the reader.
    """
    with connection.cursor(row_factory=tuple_row) as levels:
        levels.execute(QUERIES["radar_levels"], {"region": region, "rule": asked.rule})
        by_level: dict[str, int] = dict(levels.fetchall())
    households = sum(count for level, count in by_level.items() if asked.level in (None, level))
    paging = Paging.of(asked.page, households, RADAR_ROWS_PER_PAGE)
    question: dict[str, Any] = {
        "region": region, "level": asked.level, "rule": asked.rule,
        "limit": paging.size, "offset": paging.offset,
    }  # fmt: skip
    with connection.cursor(row_factory=class_row(RadarRow)) as cursor:
        rows = cursor.execute(QUERIES["radar_rows"], question).fetchall()
    with connection.cursor(row_factory=class_row(RuleCount)) as cursor:
        rules = cursor.execute(QUERIES["radar_rules"], {"region": region}).fetchall()
    return RadarList(
        asked=asked, rows=rows, paging=paging, rules=rules, households_by_level=by_level
    )
