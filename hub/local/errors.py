"""What can go wrong with the local stack, in the operator's words."""

from __future__ import annotations


class StackError(Exception):
    """The local stack cannot go on; the message says why and what to do."""


class DataInUse(StackError):
    """Another process runs a stack on this data directory."""


class DataNotOurs(StackError):
    """The directory holds something else than a stack's data, so it is left alone."""


class StackNotRunning(StackError):
    """No running stack belongs to this data directory."""


class ServiceFailed(StackError):
    """A service ended, or did not become ready in time; its log says why."""


class DownloadFailed(StackError):
    """A pinned artifact could not be fetched, or is not the one that was pinned."""


class PackagesMissing(StackError):
    """The Python packages that bring the servers are not installed."""


class NoFreePort(StackError):
    """No free TCP port was found on 127.0.0.1."""


class StartInterrupted(StackError):
    """The start was stopped before it was finished."""
