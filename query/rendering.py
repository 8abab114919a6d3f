"""Templates: jinja2 with autoescape on for everything, and undefined names an error."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from query import wording
from query.report.blocks import Paragraph, Subheading, cell_text
from query.reviews import KINDS as REVIEW_KINDS


def create_environment(package: str) -> Environment:
    """Return an environment on a package's `templates`, with the Dutch filters."""
    templates = Environment(
        loader=PackageLoader(package, "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    templates.filters.update(_FILTERS)
    return templates


def create_templates(*, stylesheet: str) -> Environment:
    """Return the environment of the page templates, with the Dutch filters.

    `stylesheet` is the address of the style sheet.
    """
    templates = create_environment("query")
    templates.globals["STYLESHEET"] = stylesheet
    templates.globals["LEVELS"] = wording.LEVELS
    templates.globals["MONTHS"] = wording.MONTHS
    templates.globals["REVIEW_KINDS"] = REVIEW_KINDS
    templates.filters["cell"] = cell_text
    templates.tests["paragraph"] = lambda block: isinstance(block, Paragraph)
    templates.tests["subheading"] = lambda block: isinstance(block, Subheading)
    return templates


def date_pieces(text: str) -> list[tuple[str, bool]]:
    """Return the text in pieces, each with whether it is a dd-mm-yyyy.

    A browser would break such a date at its hyphens; the template keeps it on one line.
    """
    return [(piece, place % 2 == 1) for place, piece in enumerate(_DATE.split(text)) if piece]


_DATE = re.compile(r"(\d{2}-\d{2}-\d{4})")

_FILTERS: Mapping[str, Any] = {
    "day": wording.day_words,
    "day_digits": wording.day_digits,
    "instant": wording.instant_digits,
    "time": wording.time_digits,
    "local": wording.local,
    "number": wording.number_digits,
    "level": wording.level_of,
    "status_word": wording.status_word,
    "parameter_word": wording.parameter_word,
    "flag_word": wording.flag_word,
    "reason_word": wording.reason_word,
    "value": wording.value_words,
    "short": wording.short_token,
    "date_pieces": date_pieces,
    "municipality": wording.municipality_word,
}
