"""Decide from which to which journal position each event's statement stood; pure.

The answer depends on the set of events and corrections alone, never on the order or the batches in
which they were read: the writer asks again whenever something touches a chain.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

EventKey = tuple[str, str, str]
"""(region, source, event_id): who an event is."""

VOIDING_KINDS = frozenset({"RETRACTED", "DUPLICATE_OF", "REPLACED"})
"""Any other kind is one that we do not know yet; it then changes nothing (definitions.md)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """A row of a log: its position, and when the region knew it."""

    position: int
    known_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One event of a chain; of all that stand at a position, the highest position counts."""

    key: EventKey
    moment: Moment


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """One EventCorrected or AdviceCorrected; `replacement` is None while not known."""

    key: EventKey
    moment: Moment
    target: EventKey
    kind: str
    replacement: Moment | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """A statement that stood from `opened` until `closed`; None: it stands at the last row read.

    A statement that never stood has one version with `opened` equal to `closed`.
    """

    key: EventKey
    opened: Moment
    closed: Moment | None


Corrections = Mapping[EventKey, Sequence[Correction]]
"""Corrections by the event that they correct."""


def by_target(corrections: Iterable[Correction]) -> dict[EventKey, list[Correction]]:
    """Group corrections by their target, each group by position."""
    groups: dict[EventKey, list[Correction]] = {}
    for correction in sorted(corrections, key=lambda c: c.moment.position):
        groups.setdefault(correction.target, []).append(correction)
    return groups


def voided_by(key: EventKey, position: int, corrections: Corrections) -> Correction | None:
    """Return the correction that voids the event for who knows the log up to `position`.

    Of several corrections that themselves stand, the last by position decides alone
    (definitions.md, Correction). A correction that can be reached from itself decides nothing.
    """
    return _voided_by(key, position, corrections, (key,))


def _voided_by(
    key: EventKey, position: int, corrections: Corrections, path: tuple[EventKey, ...]
) -> Correction | None:
    for correction in reversed(corrections.get(key, ())):
        if correction.moment.position > position or correction.kind not in VOIDING_KINDS:
            continue
        if correction.key in path:
            continue
        if _voided_by(correction.key, position, corrections, (*path, correction.key)):
            continue
        if correction.kind != "REPLACED":
            return correction
        replaced = correction.replacement is not None
        return correction if replaced and _known(correction.replacement, position) else None
    return None


def _known(moment: Moment | None, position: int) -> bool:
    return moment is not None and moment.position <= position


def versions(statements: Sequence[Statement], corrections: Corrections) -> list[Version]:
    """Return every version of one chain: the statements that share a business key.

    At each position the standing statement with the highest position is in force. Every statement
    gets at least one version, so that the chain can be read back from its versions.
    """
    keys = [statement.key for statement in statements]
    moments = {m.position: m for m in _moments(statements, corrections, keys)}
    result: list[Version] = []
    in_force: Statement | None = None
    opened: Moment | None = None
    newest_first = sorted(statements, key=lambda s: s.moment.position, reverse=True)
    for position in sorted(moments):
        standing = _standing(newest_first, position, corrections)
        if standing is in_force:
            continue
        if in_force is not None and opened is not None:
            result.append(Version(key=in_force.key, opened=opened, closed=moments[position]))
        in_force, opened = standing, moments[position]
    if in_force is not None and opened is not None:
        result.append(Version(key=in_force.key, opened=opened, closed=None))
    stood = {version.key for version in result}
    result.extend(
        Version(key=s.key, opened=s.moment, closed=s.moment)
        for s in statements
        if s.key not in stood
    )
    return result


def _standing(
    newest_first: Sequence[Statement], position: int, corrections: Corrections
) -> Statement | None:
    for statement in newest_first:
        if statement.moment.position <= position and not voided_by(
            statement.key, position, corrections
        ):
            return statement
    return None


def _moments(
    statements: Sequence[Statement], corrections: Corrections, keys: Sequence[EventKey]
) -> Iterable[Moment]:
    """Yield every moment at which something in the chain may change."""
    yield from (statement.moment for statement in statements)
    for correction in reachable(keys, corrections):
        yield correction.moment
        if correction.replacement is not None:
            yield correction.replacement


def reachable(keys: Iterable[EventKey], corrections: Corrections) -> list[Correction]:
    """Return the corrections of these events, the corrections of those corrections, and so on."""
    found: list[Correction] = []
    waiting, seen = list(keys), set[EventKey]()
    while waiting:
        for correction in corrections.get(waiting.pop(), ()):
            if correction.key not in seen:
                seen.add(correction.key)
                found.append(correction)
                waiting.append(correction.key)
    return found
