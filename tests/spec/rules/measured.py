"""How often the rules speak in the simulated Drenthe: what `radar rules rates --json` said of it.

No test: the region is made up, and a change of it changes these numbers.  They are here to show
which rule would ask for more attention than a team can give.  `python -m tests.spec.rules.measured
FILE` takes them over from a file with that command's answer.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Final, TypedDict

KEPT = Path(__file__).with_name("measured.json")


class Rate(TypedDict):
    """One rule: findings, of them high or above at any time, and both per report."""

    rule: str
    findings: int
    per_week: float
    most_in_a_week: int
    households: int
    high: int
    share: float
    high_share: float
    is_too_high: bool


class Measured(TypedDict):
    """All rules, over so many reports in so many weeks."""

    reports: int
    weeks: int
    rules: list[Rate]


def take_over(answer: Path) -> None:
    """Keep what the pages need of the command's answer."""
    said = json.loads(answer.read_text(encoding="utf-8"))
    kept = {
        "reports": said["reports"],
        "weeks": len(said["weeks"]),
        "rules": [{name: rule[name] for name in Rate.__annotations__} for rule in said["rules"]],
    }
    KEPT.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")


MEASURED: Final[Measured] = json.loads(KEPT.read_text(encoding="utf-8"))
RATES: Final = {rate["rule"]: rate for rate in MEASURED["rules"]}
# What a rule's share hangs on, where the simulated region decides it.
EXPLAINED: Final = {
    "R12": (
        "Dit aandeel volgt uit een aanname: bij 60 % van de meldingen wordt het gezin vóór de "
        "beoordeling benaderd. Met 3 % was het 26,4 % van de meldingen, boven de grens van 15 %. "
        "Stel de standaard pas bij op cijfers van echte contacten."
    ),
}
# Why a rule that is high on too many reports is not a defect, if it is not; now there is none.
TOO_HIGH: Final[frozenset[str]] = frozenset()

if __name__ == "__main__":
    take_over(Path(sys.argv[1]))
