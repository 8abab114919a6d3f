"""The statistics a second time: DuckDB over an exported journal, written from definitions.md.

Nothing of projections or of its tables is used; what is shared is the contract that rows are
decoded by.
"""
