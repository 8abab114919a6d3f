"""The stream stages: from Kafka records to the journal, and from the journal to findings.

This room may import `schemas` and nothing else of ours; within it `household` is pure and imports
only `schemas`, and `engine` alone touches Faust and aiokafka.
Start at `engine/stage.py` (what a stage is), then `admission/stage.py` (what becomes of an event)
and `household/steps.py` (what is said about a household, row by row).
"""
