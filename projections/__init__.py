"""Projections: the journal turned into tables that people ask questions of.

This room reads the three logs and owns the tables, the statistics and the views that the pages
read; it may import `schemas` and `streams`, and knows neither `connectors` nor `query`.
Start at `stage.py` for the order in which the tables are filled, then `facts/versions.py` for how
a correction changes what was known, then `statistics/registry.py` for the figures.
"""
