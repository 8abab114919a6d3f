"""The household's state: facts, corrections and findings, and their one form in bytes."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import NotRequired, TypedDict, cast

from streams.household.facts import Correction, CorrectionKind, Fact, FactKind
from streams.household.journal_event import EventKey
from streams.household.severity import NO_MARKS, Level, Marks

STATE_FORM = 1


class FindingStatus(StrEnum):
    """Where a finding stands; the letters are what is stored."""

    OPEN = "O"
    ACKNOWLEDGED = "A"
    DISMISSED = "D"
    EXPIRED = "E"
    WITHDRAWN = "W"

    @property
    def is_open(self) -> bool:
        """Say whether it still asks for attention; acknowledging does not end that."""
        return self in (FindingStatus.OPEN, FindingStatus.ACKNOWLEDGED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """The newest finding of one key (rule, subject).

    `counted_from` is the day from which its term runs: of the last trigger while it is open, of
    its end afterwards.  `triggers` are the ids of the episodes that raised or renewed it.
    Triggers, evidence and sentence are dropped when it closes: the finding log keeps them.
    """

    finding_id: str
    rule_id: str
    rule_version: int
    parameters: str
    subject: str
    status: FindingStatus
    level: Level
    triggered_ms: int
    counted_from: date
    triggers: tuple[EventKey, ...] = ()
    evidence: tuple[EventKey, ...] = ()
    sentence: str = ""

    @property
    def key(self) -> tuple[str, str]:
        """Return what makes it one finding within its household."""
        return self.rule_id, self.subject


@dataclass(frozen=True, slots=True, kw_only=True)
class HouseholdState:
    """All that the radar remembers of one household.

    Facts and corrections depend on the set of events only; findings on the order of the journal.
    """

    facts: Mapping[EventKey, Fact] = field(default_factory=dict)
    corrections: Mapping[EventKey, Correction] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()


def to_bytes(state: HouseholdState) -> bytes:
    """Return the state's one form in bytes: equal states give equal bytes, however they arose."""
    sources = sorted({key.source for key in (*state.facts, *state.corrections)})
    index = {source: number for number, source in enumerate(sources)}
    keys = sorted(state.facts)
    places = {key: number for number, key in enumerate(keys)}
    document: _State = {
        "v": STATE_FORM,
        "s": sources,
        "f": [_fact_form(state.facts[key], index) for key in keys],
        "c": [_correction_form(state.corrections[key], index) for key in sorted(state.corrections)],
        "n": [_finding_form(finding, places) for finding in state.findings],
    }
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()


def from_bytes(data: bytes) -> HouseholdState:
    """Return the state that `to_bytes` wrote; ValueError when the form is another one."""
    document = cast("_State", json.loads(data))
    if document["v"] != STATE_FORM:
        raise ValueError("household state has another form; rebuild the radar stage")
    sources = document["s"]
    facts = [_fact(form, sources) for form in document["f"]]
    corrections = [_correction(form, sources) for form in document["c"]]
    keys = [fact.key for fact in facts]
    return HouseholdState(
        facts={fact.key: fact for fact in facts},
        corrections={correction.key: correction for correction in corrections},
        findings=tuple(_finding(form, keys) for form in document["n"]),
    )


class _Fact(TypedDict):
    s: int
    i: str
    k: str
    t: int
    o: NotRequired[str]
    r: NotRequired[str]
    n: NotRequired[str]
    g: NotRequired[Sequence[str]]
    f: NotRequired[Sequence[str]]
    a: NotRequired[Sequence[str]]
    h: NotRequired[str]


class _Correction(TypedDict):
    s: int
    i: str
    t: str
    k: str
    r: str | None
    p: int


class _Finding(TypedDict):
    i: str
    r: str
    v: int
    p: str
    u: str
    s: str
    l: int  # noqa: E741 - a letter of the stored form, not a variable
    t: int
    d: int
    e: list[int]
    g: list[int]
    w: str


class _State(TypedDict):
    v: int
    s: list[str]
    f: list[_Fact]
    c: list[_Correction]
    n: list[_Finding]


def _fact_form(fact: Fact, index: Mapping[str, int]) -> _Fact:
    form: _Fact = {
        "s": index[fact.key.source],
        "i": fact.key.event_id,
        "k": fact.kind.value,
        "t": fact.at_ms,
    }
    if fact.sector is not None:
        form["o"] = fact.sector
    if fact.reference is not None:
        form["r"] = fact.reference
    if fact.report is not None:
        form["n"] = fact.report
    if fact.marks.flags:
        form["g"] = fact.marks.flags
    if fact.marks.forms:
        form["f"] = fact.marks.forms
    if fact.marks.natures:
        form["a"] = fact.marks.natures
    if fact.marks.sash is not None:
        form["h"] = fact.marks.sash
    return form


def _fact(form: _Fact, sources: Sequence[str]) -> Fact:
    marks = Marks(
        flags=tuple(form.get("g", ())),
        forms=tuple(form.get("f", ())),
        natures=tuple(form.get("a", ())),
        sash=form.get("h"),
    )
    return Fact(
        key=EventKey(sources[form["s"]], form["i"]),
        kind=FactKind(form["k"]),
        at_ms=form["t"],
        sector=form.get("o"),
        reference=form.get("r"),
        report=form.get("n"),
        marks=marks or NO_MARKS,
    )


def _correction_form(correction: Correction, index: Mapping[str, int]) -> _Correction:
    # A sender corrects its own events only, so target and replacement share its source.
    return {
        "s": index[correction.key.source],
        "i": correction.key.event_id,
        "t": correction.target.event_id,
        "k": correction.kind.value,
        "r": correction.replacement.event_id if correction.replacement else None,
        "p": correction.position,
    }


def _correction(form: _Correction, sources: Sequence[str]) -> Correction:
    source = sources[form["s"]]
    return Correction(
        key=EventKey(source, form["i"]),
        target=EventKey(source, form["t"]),
        kind=CorrectionKind(form["k"]),
        replacement=None if form["r"] is None else EventKey(source, form["r"]),
        position=form["p"],
    )


def _finding_form(finding: Finding, places: Mapping[EventKey, int]) -> _Finding:
    return {
        "i": finding.finding_id,
        "r": finding.rule_id,
        "v": finding.rule_version,
        "p": finding.parameters,
        "u": finding.subject,
        "s": finding.status.value,
        "l": finding.level.value,
        "t": finding.triggered_ms,
        "d": finding.counted_from.toordinal(),
        "e": [places[key] for key in finding.triggers],
        "g": [places[key] for key in finding.evidence],
        "w": finding.sentence,
    }


def _finding(form: _Finding, keys: Sequence[EventKey]) -> Finding:
    return Finding(
        finding_id=form["i"],
        rule_id=form["r"],
        rule_version=form["v"],
        parameters=form["p"],
        subject=form["u"],
        status=FindingStatus(form["s"]),
        level=Level(form["l"]),
        triggered_ms=form["t"],
        counted_from=date.fromordinal(form["d"]),
        triggers=tuple(keys[place] for place in form["e"]),
        evidence=tuple(keys[place] for place in form["g"]),
        sentence=form["w"],
    )
