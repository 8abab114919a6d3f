"""The gateway: partners' events in over HTTPS, receipts and public keys out.

It may import `schemas`, `streams` and the room's own modules; it can seal persons, never open
them.  Start at `accept.py` (the one way in), then `receipts.py` and `publisher.py` (what it
leans on); `app.py`, `requests.py` and `middleware.py` are the HTTP shell.
"""
