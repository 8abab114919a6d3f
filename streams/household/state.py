"""The household's state: facts, corrections and findings, and their one form in bytes."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import TypedDict, cast

from streams.household.fact_form import (
    Form,
    Texts,
    as_json,
    fact_of_form,
    long_id,
    short_id,
    short_id_as_json,
    template,
    written,
)
from streams.household.facts import Correction, CorrectionKind, Written
from streams.household.journal_event import EventKey
from streams.household.paging import PagedFacts, spread
from streams.household.severity import Level

STATE_FORM = 2


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
        return self in _OPEN


_OPEN = frozenset({FindingStatus.OPEN, FindingStatus.ACKNOWLEDGED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """The newest finding of one key (rule, subject).

    `counted_from` is the day from which its term runs: of the last trigger while it is open, of
    its end afterwards.  `triggers` are the ids of the episodes or events that raised or renewed
    it.  Triggers, evidence and sentence are dropped when it closes: the finding log keeps them.
    `stands`: what a clock rule watches has not ended since a person dismissed it.
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
    stands: bool = False
    # As for facts: most findings of a household stay as they are at most of its events.
    written: Written | None = field(default=None, init=False, repr=False, compare=False)

    @property
    def key(self) -> tuple[str, str]:
        """Return what makes it one finding within its household."""
        return self.rule_id, self.subject

    def closed(self, status: FindingStatus, day: date, sentence: str = "") -> Finding:
        """Return the finding as it ended on a day, without triggers and evidence."""
        # Written out: `replace` takes three times as long, and each finding ends once.
        return Finding(
            finding_id=self.finding_id,
            rule_id=self.rule_id,
            rule_version=self.rule_version,
            parameters=self.parameters,
            subject=self.subject,
            status=status,
            level=self.level,
            triggered_ms=self.triggered_ms,
            counted_from=day,
            sentence=sentence,
            stands=self.stands,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class HouseholdState:
    """All that the radar remembers of one household.

    Facts and corrections depend on the set of events only; findings on the order of the journal.
    """

    facts: PagedFacts = field(default_factory=PagedFacts)
    corrections: Mapping[EventKey, Correction] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()


def to_bytes(state: HouseholdState) -> bytes:
    """Return the state's one form in bytes: equal states give equal bytes, however they arose."""
    texts = Texts()
    known = state.facts.whole()
    keys = sorted(known)
    places = {key: str(number) for number, key in enumerate(keys)}
    facts = texts.fill([written(known[key]) for key in keys])
    corrections = [
        _correction_form(state.corrections[key], texts) for key in sorted(state.corrections)
    ]
    findings = ",".join([_finding_json(finding, places, texts) for finding in state.findings])
    return (
        f'{{"v":{STATE_FORM},"f":[{facts}],"c":{as_json(corrections) if corrections else "[]"},'
        f'"n":[{findings}],"t":{texts.as_json()}}}'
    ).encode()


def from_bytes(data: bytes) -> HouseholdState:
    """Return the state that `to_bytes` wrote; ValueError when the form is another one."""
    document = cast("_State", json.loads(data))
    if document["v"] != STATE_FORM:
        raise ValueError("household state has another form; rebuild the radar stage")
    texts = document["t"]
    facts = [fact_of_form(form, texts) for form in document["f"]]
    corrections = [_correction(form, texts) for form in document["c"]]
    keys = [fact.key for fact in facts]
    return HouseholdState(
        facts=spread(facts),
        corrections={correction.key: correction for correction in corrections},
        findings=tuple(_finding(form, keys, texts) for form in document["n"]),
    )


class _State(TypedDict):
    v: int
    f: list[list[Form]]
    c: list[_Correction]
    n: list[_Finding]
    t: list[str]


# A fact of the state by its place, any other event by number of its source and id.
_Cited = int | list[int | str]
# Source, id, target, kind, replacement (empty: none), position.
_Correction = tuple[int, str, str, str, str, int]
# Id, rule, version, parameters, subject, status, level, triggered at, counted from, triggers,
# evidence, sentence, stands.
_Finding = tuple[str, int, int, int, int, str, int, int, int, list[_Cited], list[_Cited], str, int]


def _correction_form(correction: Correction, texts: Texts) -> _Correction:
    # A sender corrects its own events only, so target and replacement share its source.
    replacement = correction.replacement
    return (
        texts[correction.key.source],
        short_id(correction.key.event_id),
        short_id(correction.target.event_id),
        correction.kind.value,
        short_id(replacement.event_id) if replacement else "",
        correction.position,
    )


def _correction(form: _Correction, texts: Sequence[str]) -> Correction:
    number, event_id, target, kind, replacement, position = form
    source = texts[number - 1]
    return Correction(
        key=EventKey(source, long_id(event_id)),
        target=EventKey(source, long_id(target)),
        kind=CorrectionKind(kind),
        replacement=EventKey(source, long_id(replacement)) if replacement else None,
        position=position,
    )


def _finding_json(finding: Finding, places: Mapping[EventKey, str], texts: Texts) -> str:
    known = finding.written or _write_finding(finding)
    numbers = [texts[name] for name in known.texts]
    triggers = _cited_json(finding.triggers, places, texts)
    return known.template % (*numbers, triggers, _cited_json(finding.evidence, places, texts))


def _write_finding(finding: Finding) -> Written:
    """Return all that does not hang on the state around a finding, worked out once."""
    name, says = template(short_id(finding.finding_id)), template(finding.sentence)
    written = Written(
        f"[{name},%d,{finding.rule_version},%d,%d,"
        f'"{finding.status.value}",{finding.level.value},{finding.triggered_ms},'
        f"{finding.counted_from.toordinal()},[%s],[%s],{says},{int(finding.stands)}]",
        (finding.rule_id, finding.parameters, finding.subject),
    )
    object.__setattr__(finding, "written", written)
    return written


def _finding(form: _Finding, keys: Sequence[EventKey], texts: Sequence[str]) -> Finding:
    return Finding(
        finding_id=long_id(form[0]),
        rule_id=texts[form[1] - 1],
        rule_version=form[2],
        parameters=texts[form[3] - 1],
        subject=texts[form[4] - 1],
        status=FindingStatus(form[5]),
        level=Level(form[6]),
        triggered_ms=form[7],
        counted_from=date.fromordinal(form[8]),
        triggers=tuple(_cited(one, keys, texts) for one in form[9]),
        evidence=tuple(_cited(one, keys, texts) for one in form[10]),
        sentence=form[11],
        stands=bool(form[12]),
    )


def _cited_json(keys: Sequence[EventKey], places: Mapping[EventKey, str], texts: Texts) -> str:
    return ",".join([places.get(key) or _elsewhere(key, texts) for key in keys])


def _elsewhere(key: EventKey, texts: Texts) -> str:
    return f"[{texts[key.source]},{short_id_as_json(key.event_id)}]"


def _cited(form: _Cited, keys: Sequence[EventKey], texts: Sequence[str]) -> EventKey:
    if isinstance(form, int):
        return keys[form]
    number, short = form
    return EventKey(texts[cast("int", number) - 1], long_id(cast("str", short)))
