"""The half-yearly delivery to Statistics Netherlands (CBS): three record sets and their self-check.

What a record holds stands in one table, `layout.toml`; a newer protocol is another such table.
Start at `delivery.py`, which asks the facts and puts the rest together.
"""
