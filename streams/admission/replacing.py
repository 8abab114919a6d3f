"""Where replaced events count: beside their replacement, and nowhere while that stands elsewhere.

A household's fold takes a replaced event for void once it knows the replacement, too; an event that
was replaced by one of another household would count on in the first for ever.
"""

from __future__ import annotations

from collections.abc import Iterable

from schemas.identity import Pid
from streams.admission.corrections import REPLACED, Change, load_corrections_about
from streams.admission.homes import Home
from streams.admission.linking_store import RegionView, load_ages, load_events
from streams.admission.rearrangement_rows import Plan
from streams.household.linking import EventKey


def follow_correction(view: RegionView, plan: Plan, change: Change, target: int) -> set[Pid]:
    """Let a replaced event leave its household, or come back; return whom that concerns.

    `target` is the event's position.
    """
    seen = {pid for _, pid in view.members.by_position.get(target, {})}
    plan.people |= seen | view.sightings.seen_at(view.homes.connection, [target])
    if change.is_void:
        _keep_with_replacement(view, plan, change.event)
        return plan.people
    left = view.homes.left_from(target)
    if left is not None:
        load_ages(view.homes.connection, view, {left})
        _put(view, plan, change.event, None, view.current(left))
    return plan.people


def keep_with_replacements(view: RegionView, plan: Plan) -> None:
    """Look again at replaced events of which they, or their replacements, have just moved."""
    moved = [at for at, (left, joined) in plan.moves.items() if left != joined]
    keys = view.homes.keys_at(moved)
    if not keys:
        return
    stored = load_corrections_about(view.homes.connection, view.region, keys)
    found = [
        correction
        for correction in dict.fromkeys([*stored, *view.corrections.added])
        if correction.replacement is not None and keys & {correction.target, correction.replacement}
    ]
    if not found:
        return
    named = {key for c in stored for key in (c.key, c.target, c.replacement) if key is not None}
    load_events(view.homes.connection, view, named - view.events.keys())
    view.corrections.load(stored)
    for target in _by_position(view, {correction.target for correction in found}):
        _keep_with_replacement(view, plan, target)


def _by_position(view: RegionView, keys: Iterable[EventKey]) -> list[EventKey]:
    return sorted((key for key in keys if key in view.positions), key=view.positions.__getitem__)


def _keep_with_replacement(view: RegionView, plan: Plan, target: EventKey) -> None:
    deciding = view.corrections.deciding(target)
    if deciding is None or deciding.kind != REPLACED:
        return
    assert deciding.replacement is not None
    there = _home(view, deciding.replacement)
    if there is None:
        return
    here = _home(view, target)
    if here is not None:
        if here != there:
            _put(view, plan, target, here, None)
        return
    left = view.homes.left_from(view.positions[target])
    if left is not None:
        load_ages(view.homes.connection, view, {left})
        if view.current(left) == there:
            _put(view, plan, target, None, there)


def _home(view: RegionView, key: EventKey) -> Home:
    """Return where an event counts now; None also for one that is not known, or of several."""
    households = view.events.get(key, ())
    if key not in view.positions or len(households) > 1:
        return None
    if not households:
        return None
    return view.homes.home_of(view.positions[key], households[0])


def _put(view: RegionView, plan: Plan, event: EventKey, left: Home, joined: Home) -> None:
    """Take an event out of its household, or back; its void support stays as it is."""
    position = view.positions[event]
    view.homes.move([position], joined)
    plan.move(position, left, joined)
    view.events[event] = () if joined is None else (joined,)
