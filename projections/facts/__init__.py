"""Bitemporal facts: what happened when, and from which to which journal position it stood.

A fact is never overwritten: a correction or a newer statement closes the version that stood, so
that any figure can be asked for as it was known on a day (architecture.md §8).
"""
