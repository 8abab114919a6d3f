"""A publication as one HTML file that needs nothing beside it."""

from __future__ import annotations

from jinja2 import Environment
from markupsafe import Markup

from query.rendering import create_environment
from query.report.blocks import ChartBlock, Paragraph, Publication, Subheading, cell_text
from query.report.charts import chart_svg


def publication_html(publication: Publication) -> str:
    """Return the document; its charts stand in it as drawings, each with its numbers."""
    return _environment().get_template("report.html").render(publication=publication)


def _environment() -> Environment:
    templates = create_environment("query.report")
    # Our own drawing, whose texts chart_svg has escaped.
    templates.filters["svg"] = lambda chart: Markup(chart_svg(chart))  # noqa: S704
    templates.filters["cell"] = cell_text
    templates.tests["paragraph"] = lambda block: isinstance(block, Paragraph)
    templates.tests["subheading"] = lambda block: isinstance(block, Subheading)
    templates.tests["chart"] = lambda block: isinstance(block, ChartBlock)
    return templates
