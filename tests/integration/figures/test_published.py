"""The simulated region through the read tables: the printed figures, at their knowledge dates."""

from __future__ import annotations

from connectors.simulation.figures import Figures
from hub.published import compare
from projections.statistics import month_matrix
from streams.engine.database import Connection

FIGURES_STATED = 244
"""Every month, count, share, row and bucket of the file, and how many were registered."""


def test_every_printed_figure_is_ours_at_its_knowledge_date(
    filled: Connection, printed: Figures
) -> None:
    compared = compare(filled, printed)
    assert [entry.document() for entry in compared if not entry.is_equal] == []
    assert len(compared) == FIGURES_STATED
    assert {entry.edition for entry in compared} == {edition.id for edition in printed.editions}


def test_a_month_that_was_not_over_is_not_counted(filled: Connection, printed: Figures) -> None:
    edition = printed.editions[-1]
    matrix = month_matrix(
        filled, region=printed.region.code, years=[2025], known_on=edition.known_on
    )
    assert matrix["report"][2025] == list(edition.months["report"]["2025"])


def test_a_figure_that_is_not_ours_is_named(filled: Connection, printed: Figures) -> None:
    edition = printed.editions[0]
    first, *others = edition.counts
    wrong = first.model_copy(update={"count": first.count + 1})
    changed = edition.model_copy(update={"counts": (wrong, *others)})
    other = printed.model_copy(update={"editions": (changed,)})
    different = [entry for entry in compare(filled, other) if not entry.is_equal]
    assert [entry.id for entry in different] == [first.id]
    assert different[0].document()["published"] == first.count + 1
