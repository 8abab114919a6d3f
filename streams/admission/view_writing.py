"""Writes what units added to the views of their regions: one statement a table for all of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from schemas.events import derived_id
from streams.admission import corrections, sightings
from streams.admission.linking_store import QUERIES, REARRANGING, RegionView, ReviewEntry
from streams.admission.residences import write_residences
from streams.engine.database import Connection, Cursor, copy_in


def write_views(connection: Connection, views: Sequence[RegionView]) -> None:
    """Write what the regions' units added, in the caller's transaction.

    What takes away comes first, new rows next, and what changes rows, new ones too, last.
    """
    with connection.cursor() as cursor:
        for view in views:
            view.members.take_away(cursor)
            view.sightings.take_away(cursor)
        for query, rows in _tables(views).items():
            copy_in(cursor, query, rows)
        for view in views:
            _change(connection, cursor, view)
        write_residences(connection, [view.residences for view in views])
        reviews = [_review_row(view.region, review) for view in views for review in view.reviews]
        if reviews:
            cursor.executemany(QUERIES["insert_reviews"], reviews)
        for view in views:
            _write_settled(cursor, view)


def _tables(views: Sequence[RegionView]) -> Mapping[str, list[tuple[object, ...]]]:
    """Return the rows to copy in by their statement."""
    rows: dict[str, list[tuple[object, ...]]] = defaultdict(list)
    for view in views:
        rows[QUERIES["copy_households"]] += view.new_households
        rows[QUERIES["copy_references"]] += _references(view)
        rows[QUERIES["copy_supports"]] += view.members.new_supports()
        rows[QUERIES["copy_memberships"]] += view.members.new_rows()
        rows[sightings.QUERIES["copy_sightings"]] += view.sightings.new_sightings()
        rows[sightings.QUERIES["copy_told"]] += view.sightings.new_told()
        rows[REARRANGING["copy_moved"]] += view.homes.new_moves()
        rows[corrections.QUERIES["copy_corrections"]] += [
            corrections.row_of(view.region, each) for each in view.corrections.added
        ]
    return rows


def _references(view: RegionView) -> Iterator[tuple[object, ...]]:
    for reference, position in view.new_references.items():
        leads_to = view.references[reference]
        yield (view.region, reference.scope, reference.token, leads_to, position)


def _change(connection: Connection, cursor: Cursor, view: RegionView) -> None:
    if view.moved_references:
        cursor.execute(REARRANGING["move_references"], _moved_references(view))
    if view.merged_now:
        cursor.execute(REARRANGING["merge_households"], _merged_now(view))
    view.members.change(cursor)
    view.sightings.change(cursor)
    view.arrangements.write(connection)


def _write_settled(cursor: Cursor, view: RegionView) -> None:
    """Settle review entries, or open again what a decision had settled that is taken back."""
    if view.opened_again:
        positions = {"region": view.region, "positions": sorted(view.opened_again)}
        cursor.execute(QUERIES["open_reviews_again"], positions)
    if view.settled:
        said = {
            "ids": list(view.settled),
            "states": [state for state, _ in view.settled.values()],
            "positions": [position for _, position in view.settled.values()],
        }
        cursor.execute(QUERIES["settle_reviews"], {"region": view.region, **said})


def _moved_references(view: RegionView) -> Mapping[str, object]:
    moved = sorted(view.moved_references, key=lambda r: (r.scope, r.token))
    return {
        "region": view.region,
        "scopes": [reference.scope for reference in moved],
        "tokens": [reference.token for reference in moved],
        "households": [view.references[reference] for reference in moved],
    }


def _merged_now(view: RegionView) -> Mapping[str, object]:
    households = sorted(view.merged_now)
    return {
        "region": view.region,
        "households": households,
        "merged": [view.merged[household] for household in households],
    }


def _review_row(region: str, review: ReviewEntry) -> tuple[object, ...]:
    event = review.event
    identity = review.identity or (event.source, event.event_id)
    entry_id = derived_id(region, *identity, review.kind)
    pids, households = list(review.pids), list(review.households)
    return (
        entry_id,
        region,
        review.kind,
        event.source,
        event.event_id,
        households,
        pids,
        review.known_at,
    )
