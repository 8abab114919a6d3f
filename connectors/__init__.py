"""The outside edge: the gateway that lets partners in, the partner file, and a pretend region.

It may import `schemas` and `streams`, never projections or pages, and decides nothing about
families: it checks who speaks, what is said, seals the persons and hands over to Kafka.
Start at `gateway/accept.py`, the one way in; `gateway/app.py` is its HTTP caller.
"""
