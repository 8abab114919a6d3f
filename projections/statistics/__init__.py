"""Statistics: questions over the facts with a period and a knowledge date.

One module and one query per figure; working days and due dates are never computed in SQL. Start
at `registry.py` for the list, and at `figure.py` for what an answer is.
"""

from __future__ import annotations

from projections.statistics.figure import PLAIN, Base, Figure, Period, Question, Statistic
from projections.statistics.registry import (
    DEFINITIONS_VERSION,
    STATISTICS,
    count,
    figures_of,
    statistic_of,
)
from projections.statistics.rounding import rounded, share
from projections.statistics.s25_month_matrix import MonthMatrix, month_matrix

__all__ = [
    "DEFINITIONS_VERSION",
    "PLAIN",
    "STATISTICS",
    "Base",
    "Figure",
    "MonthMatrix",
    "Period",
    "Question",
    "Statistic",
    "count",
    "figures_of",
    "month_matrix",
    "rounded",
    "share",
    "statistic_of",
]
