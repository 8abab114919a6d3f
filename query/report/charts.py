"""Charts as SVG: drawn by Altair on the server, with a name and a description for who cannot see.

No browser and no network: vl-convert holds the fonts and the engine.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Any

import altair as alt
import vl_convert

from query.report.blocks import ChartBlock, ChartKind, cell_text

WIDTH, HEIGHT = 560, 240
BAR_HEIGHT = 18
LABEL_WIDTH = 230
# Distinguishable for colour-blind readers (Okabe and Ito); printed in grey, each line has its own
# dashes and marks.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7")
DASHES = ((1, 0), (6, 3), (2, 2), (8, 2, 2, 2))
MARKS = ("circle", "square", "triangle-up", "diamond")
FONT = "Liberation Sans"


def chart_svg(chart: ChartBlock) -> str:
    """Return one chart as an SVG document with `role="img"`, a title and a description."""
    drawn = _lines(chart) if chart.kind is ChartKind.LINES else _bars(chart)
    spec = drawn.configure(font=FONT, background="white").configure_view(stroke=None).to_dict()
    svg = vl_convert.vegalite_to_svg(spec)
    return _named(svg, chart)


def _named(svg: str, chart: ChartBlock) -> str:
    """Put the title and description first, where screen readers look for them (WCAG 1.1.1)."""
    start, rest = svg.split(">", 1)
    opening = start.replace("<svg", '<svg role="img"', 1)
    title = f"<title>{escape(chart.caption)}</title><desc>{escape(chart.summary)}</desc>"
    return f"{opening}>{title}{rest}"


def _lines(chart: ChartBlock) -> alt.LayerChart:
    names = [series.name for series in chart.series]
    drawn = alt.Chart(_data(chart)).encode(
        x=alt.X("place:N", sort=list(chart.places), title=None, axis=_place_axis(chart)),
        y=alt.Y("value:Q", title="aantal", axis=_number_axis()),
        color=alt.Color("series:N", scale=_scale(names, COLOURS), legend=_legend()),
    )
    dashes = alt.StrokeDash("series:N", scale=_scale(names, DASHES), legend=_legend())
    marks = alt.Shape("series:N", scale=_scale(names, MARKS), legend=_legend())
    lines = drawn.mark_line().encode(strokeDash=dashes)
    points = drawn.mark_point(filled=True, size=36, opacity=1).encode(shape=marks)
    return alt.LayerChart(layer=[lines, points]).properties(width=WIDTH, height=HEIGHT)


def _scale(names: Sequence[str], values: Sequence[Any]) -> alt.Scale:
    chosen = [list(one) if isinstance(one, tuple) else one for one in values[: len(names)]]
    return alt.Scale(domain=list(names), range=chosen)


def _legend() -> alt.Legend:
    return alt.Legend(title=None, orient="top", symbolSize=120, symbolStrokeWidth=2)


def _bars(chart: ChartBlock) -> alt.LayerChart:
    """Draw bars as wide as the lines of other charts, so that all letters are of one size."""
    names = [series.name for series in chart.series]
    drawn = alt.Chart(_data(chart)).encode(
        y=alt.Y(
            "place:N",
            sort=list(chart.places),
            title=None,
            axis=alt.Axis(labelLimit=LABEL_WIDTH, minExtent=LABEL_WIDTH // 4),
        ),
        x=alt.X("value:Q", title="aantal", axis=_number_axis()),
    )
    bars = drawn.mark_bar(color=COLOURS[0], height=BAR_HEIGHT - 5)
    # What a bar says stands at its end: nobody measures it along an axis.
    numbers = drawn.mark_text(align="left", dx=4).encode(text="words:N")
    if len(names) > 1:
        # Beside each other, never on top: a sum of them would mean nothing.
        beside = alt.YOffset("series:N", sort=names)
        colour = alt.Color("series:N", scale=_scale(names, COLOURS), legend=_legend())
        bars = bars.encode(yOffset=beside, color=colour)
        numbers = numbers.encode(yOffset=beside)
    is_long = max((len(place) for place in chart.places), default=0) > 12
    width = WIDTH - (LABEL_WIDTH if is_long else 40)
    height = BAR_HEIGHT * max(1, len(chart.places)) * max(1, len(names))
    return alt.LayerChart(layer=[bars, numbers]).properties(width=width, height=height)


def _data(chart: ChartBlock) -> alt.InlineData:
    return alt.InlineData(
        values=[
            {
                "place": place,
                "series": series.name,
                "value": value if is_shown else None,
                "words": cell_text(value),
            }
            for series in chart.series
            for place, value in zip(chart.places, series.values, strict=True)
            for is_shown in (isinstance(value, int),)
            # A month that was not over is no place of a line; what is not shown is a gap in it.
            if value is not None
        ]
    )


def _place_axis(chart: ChartBlock) -> alt.Axis:
    """Write every place when few, upright; else every third, turned."""
    if len(chart.places) <= 12:
        return alt.Axis(labelAngle=0)
    return alt.Axis(labelAngle=-45, values=list(chart.places[::3]))


def _number_axis() -> alt.Axis:
    # Vega's own thousands separator is a comma, which is a decimal mark in Dutch.
    return alt.Axis(labelExpr="replace(format(datum.value, ',.0f'), /,/g, '.')", tickMinStep=1)
