"""The contract between Radar and everyone who publishes to it or reads from it.

It may import nothing of ours and does no input or output: no Kafka, no database, no HTTP.
Start with `events.py` (what can be said), then `codec.py` (how it stands on a topic) and
`field_rules.py` (what is refused).
"""
