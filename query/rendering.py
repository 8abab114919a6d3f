"""Templates: jinja2 with autoescape on for everything, and undefined names an error."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from query import wording


def create_templates() -> Environment:
    """Return the environment of the page templates, with the Dutch filters."""
    templates = Environment(
        loader=PackageLoader("query", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    templates.filters.update(_FILTERS)
    templates.globals["LEVELS"] = wording.LEVELS
    templates.globals["MONTHS"] = wording.MONTHS
    return templates


def keep_dates_whole(text: str) -> Markup:
    """Return the text escaped, with each dd-mm-yyyy kept on one line."""
    pieces = _DATE.split(text)
    return Markup("").join(
        Markup('<span class="keep">{}</span>').format(piece) if place % 2 else escape(piece)
        for place, piece in enumerate(pieces)
    )


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
    "keep_dates": keep_dates_whole,
    "municipality": wording.municipality_word,
}
