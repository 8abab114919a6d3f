"""The engine: stages that read Kafka and write PostgreSQL so that every record counts once.

It may import `schemas` only, and it alone may touch Faust and aiokafka; the core knows neither.
Start at `stage.py` (what a stage is), then `transaction.py` (one unit, one transaction) and
`worker.py` (claim, apply, retry); `faust_transport.py` and `faust_worker.py` are the shell.
"""
