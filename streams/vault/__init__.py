"""The vault: the only place where a token leads to a person, and the keys that guard it.

It may import `schemas` and `streams.engine`; only admission writes to it.
Start at `identities.py` (who is this?), then `keys.py` and `sealing_keys.py`.
"""
