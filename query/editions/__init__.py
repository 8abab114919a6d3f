"""Published reports: kept as they were published, printed again, and told apart.

`store.py` keeps them, `places.py` finds where the logs stood on a knowledge date, `differing.py`
explains the difference of two.
"""
