"""How an offered event may end when it is not accepted: refused, in conflict, or try again."""

from __future__ import annotations

from collections.abc import Sequence

from schemas.problem_codes import Violation


class Refused(Exception):
    """What was sent will never be accepted as it is; nothing of it was stored.

    `code` is the kind of problem, `faults` every mistake found, each with its JSON pointer into
    the body and its own code; never a value.
    """

    def __init__(self, code: str, faults: Sequence[Violation] = ()) -> None:
        super().__init__(code)
        self.code = code
        self.faults = tuple(faults)


class Unavailable(Exception):
    """Something the gateway needs is away; the sender tries again with the same event id.

    Whether the event reached the log may be unknown.  A retry is safe either way: the same id
    with the same content counts once, for ever.
    """

    def __init__(self, code: str, retry_after_seconds: int = 5) -> None:
        super().__init__(code)
        self.code = code
        self.retry_after_seconds = retry_after_seconds
