"""One Avro schema per record and version; the files are the contract, read by `events.py`."""
