"""Conservation: what was accepted stands exactly once, wherever it has come by now.

`check.py` asks all questions of one snapshot, `watch.py` the cheap ones every minute; the answers
have the form of `report.py`. I1 to I6 are the invariants of docs/operating/conservation.md.
"""
