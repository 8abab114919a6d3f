"""Charts as SVG: drawn by Altair on the server, with a name and a description for who cannot see.

No browser and no network: vl-convert holds the fonts and the engine.
"""

from __future__ import annotations

from html import escape
from typing import Any

import altair as alt
import vl_convert

from query.report.blocks import ChartBlock, ChartKind

WIDTH, HEIGHT = 560, 240
BAR_HEIGHT = 18
# Distinguishable for colour-blind readers (Okabe and Ito), and each line has its own dashes.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7")
DASHES = ((1, 0), (6, 3), (2, 2), (8, 2, 2, 2))
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


def _lines(chart: ChartBlock) -> alt.Chart:
    names = [series.name for series in chart.series]
    encoded: dict[str, Any] = {
        "x": alt.X("place:N", sort=list(chart.places), title=None, axis=_place_axis(chart)),
        "y": alt.Y("value:Q", title="aantal", axis=_number_axis()),
        "color": alt.Color(
            "series:N",
            scale=alt.Scale(domain=names, range=list(COLOURS[: len(names)])),
            legend=alt.Legend(title=None, orient="top"),
        ),
        "strokeDash": alt.StrokeDash(
            "series:N",
            scale=alt.Scale(domain=names, range=[list(dash) for dash in DASHES[: len(names)]]),
        ),
    }
    size = {"width": WIDTH, "height": HEIGHT}
    lines: alt.Chart = alt.Chart(_data(chart)).mark_line(point=True).encode(**encoded)
    return lines.properties(**size)


def _bars(chart: ChartBlock) -> alt.Chart:
    encoded: dict[str, Any] = {
        "y": alt.Y(
            "place:N", sort=list(chart.places), title=None, axis=alt.Axis(labelLimit=WIDTH / 2)
        ),
        "x": alt.X("value:Q", title="aantal", axis=_number_axis()),
    }
    size = {"width": WIDTH / 2, "height": BAR_HEIGHT * max(1, len(chart.places))}
    bars: alt.Chart = alt.Chart(_data(chart)).mark_bar(color=COLOURS[0]).encode(**encoded)
    return bars.properties(**size)


def _data(chart: ChartBlock) -> alt.InlineData:
    return alt.InlineData(
        values=[
            {"place": place, "series": series.name, "value": value if is_shown else None}
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
