"""Statistics: questions over the facts with a period and a knowledge date.

One module and one query per figure; working days and due dates are never computed in SQL. Start
at `registry.py` for the list, and at `figure.py` for what an answer is.
"""

from __future__ import annotations

from projections.statistics.figure import Figure, Period, Statistic
from projections.statistics.registry import STATISTICS, count
from projections.statistics.s25_month_matrix import MonthMatrix, month_matrix

__all__ = [
    "STATISTICS",
    "Figure",
    "MonthMatrix",
    "Period",
    "Statistic",
    "count",
    "month_matrix",
]
