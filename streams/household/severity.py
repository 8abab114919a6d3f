"""How serious what was reported is: four classes and a table, never a probability.

The table is the whole of it: no model, no weights, no feature of a person.  Classes only ever
add attention (a cool-down is broken at 3); nothing lowers a finding by its score.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache
from types import MappingProxyType

UNKNOWN = "UNKNOWN"
# At this class a trigger is raised even within the cool-down after a dismissal.
SEVERITY_BREAKS_SILENCE = 3


class Level(IntEnum):
    """How much attention a finding asks for; the names are those of the finding log."""

    INFO = 1
    ATTENTION = 2
    HIGH = 3
    CRITICAL = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Marks:
    """What an event says about the violence: codes only, each tuple sorted, UNKNOWN left out."""

    flags: tuple[str, ...] = ()
    forms: tuple[str, ...] = ()
    natures: tuple[str, ...] = ()
    sash: str | None = None

    def __bool__(self) -> bool:
        return bool(self.flags or self.forms or self.natures or self.sash)


NO_MARKS = Marks()

FLAG_SEVERITY: Mapping[str, int] = MappingProxyType(
    {
        "STRANGULATION": 4,
        "WEAPON_USED": 4,
        "CHILD_INJURED": 4,
        "BAN_VIOLATED": 4,
        "SEXUAL_VIOLENCE": 3,
        "WEAPON_PRESENT": 3,
        "DEATH_THREAT": 3,
        "VIOLENCE_IN_PREGNANCY": 3,
        "COERCIVE_CONTROL": 3,
        "STALKING": 2,
        "RECENT_SEPARATION": 2,
        "SUICIDE_THREAT_PERPETRATOR": 2,
        "EXTREME_JEALOUSY": 2,
        "ESCALATING_SEVERITY": 2,
        "ESCALATING_FREQUENCY": 2,
        "CHILD_WITNESS": 2,
        "VICTIM_FEARS_FUTURE_VIOLENCE": 2,
        "HONOUR_RELATED": 2,
        "ANIMAL_CRUELTY": 1,
        "SUBSTANCE_ABUSE": 1,
    }
)
FORM_SEVERITY: Mapping[str, int] = MappingProxyType(
    {
        "SHAKEN_BABY": 4,
        "PHYSICAL_ABUSE": 3,
        "PHYSICAL_ABUSE_OTHER": 3,
        "SEXUAL_ABUSE": 3,
        "FINANCIAL_EXPLOITATION": 3,
        "PEDIATRIC_CONDITION_FALSIFICATION": 3,
        "WITNESS_OF_VIOLENCE": 2,
        "EMOTIONAL_NEGLECT": 2,
        "PHYSICAL_NEGLECT": 2,
        "STALKING": 2,
        "OTHER_CHILD_ABUSE": 2,
        "OTHER_EX_PARTNER_VIOLENCE": 2,
        "OTHER_DOMESTIC_VIOLENCE_FORM": 2,
        "OTHER_PARENT_ABUSE": 2,
        "OTHER_ELDER_ABUSE": 2,
        "EMOTIONAL_ABUSE": 1,
        "OTHER_PROBLEMS": 1,
    }
)
SASH_SEVERITY: Mapping[str, int] = MappingProxyType({"HIGH": 4, "MODERATE": 3})
NATURES_ONLY_SEVERITY = 1


@lru_cache(maxsize=8_192)
def severity_of(marks: Marks) -> int:
    """Return the class of what one event says, 0 (nothing known) to 4.

    A code that the table does not know counts as 2, as "every other flag" does: a sender that
    speaks a newer contract than this table must not go unheard.
    """
    return max(
        0,
        NATURES_ONLY_SEVERITY if marks.natures else 0,
        *(FLAG_SEVERITY.get(flag, 2) for flag in marks.flags),
        *(FORM_SEVERITY.get(form, 2) for form in marks.forms),
        SASH_SEVERITY.get(marks.sash or "", 0),
    )


def marks_of(
    *,
    flags: Collection[str] = (),
    forms: Collection[str] = (),
    natures: Collection[str] = (),
    sash: str | None = None,
) -> Marks:
    """Return the marks of one event in their one canonical form."""
    if not (flags or forms or natures or sash):
        return NO_MARKS
    marks = Marks(
        flags=_known(flags),
        forms=_known(forms),
        natures=_known(natures),
        sash=None if sash == UNKNOWN else sash,
    )
    return marks or NO_MARKS


def _known(codes: Collection[str]) -> tuple[str, ...]:
    return tuple(sorted(set(codes) - {UNKNOWN})) if codes else ()
