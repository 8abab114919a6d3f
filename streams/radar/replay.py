"""A region's journal from its first row, without Kafka and without a database.

The same fold as the live stage: a rebuild compares its answer with what the stage wrote, a page
asks it for the picture as known on some day by handing it a prefix.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from streams.engine.log import LogRow
from streams.household.rule_set import DEFAULT_RULE_SET, RuleSet
from streams.household.state import to_bytes
from streams.radar.finding_rows import finding_log_rows
from streams.radar.region_fold import Kept, RegionFold, Said
from streams.radar.rows import Row

FIRST_INCARNATION = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Replayed:
    """Households with their state, and the whole finding log from position 1."""

    households: Mapping[str, Kept]
    findings: tuple[LogRow, ...]

    def state_bytes(self) -> dict[str, bytes]:
        """Return each household's state in one piece; a large one is kept in pages."""
        return {name: to_bytes(kept.state) for name, kept in self.households.items()}


def replay(
    region: str,
    rows: Iterable[Row],
    *,
    rule_set: RuleSet = DEFAULT_RULE_SET,
    incarnation: int = FIRST_INCARNATION,
) -> Replayed:
    """Fold all rows of one region, in the order of their positions.

    `rule_set` holds until the first `RulesActivated` row.  Memory grows with the rows.
    """
    read: dict[int, Row] = {}
    fold = RegionFold(
        region=region,
        rule_set=rule_set,
        households={},
        rows_at=lambda positions: [read[position] for position in sorted(positions)],
    )
    said: list[Said] = []
    for row in rows:
        read[row.event.position] = row
        said += fold.apply(row)
    findings = finding_log_rows(said, region=region, incarnation=incarnation, first=1)
    return Replayed(households=dict(fold.households), findings=tuple(findings))
