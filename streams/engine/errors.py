"""The three ends an error may have: retry, dead letter, stop; one table decides which."""

from __future__ import annotations

from enum import Enum

import psycopg
from confluent_kafka import KafkaException


class ErrorKind(Enum):
    """What to do about an exception that reached the engine."""

    TRANSIENT = "transient"
    DATA = "data"
    FENCED = "fenced"
    STOP = "stop"


class TransientError(Exception):
    """Something this worker needs is away for now; the same unit is tried again."""


class StopError(Exception):
    """The worker cannot go on safely; it stops and says what a person must do."""


class Fenced(Exception):
    """Another worker has claimed this region since; nothing of this unit was written."""


# PostgreSQL errors that pass by themselves: connection lost, server stopping or starting,
# too many connections, deadlock, serialisation, lock timeout, disk full.
TRANSIENT_STATES = frozenset({"40001", "40P01", "55P03", "53100", "53200", "53300", "57P01"})
TRANSIENT_CLASSES = frozenset({"08", "57"})


def classify(error: BaseException) -> ErrorKind:
    """Say how an exception must end; whatever is not named here stops the process.

    A stage turns data errors into dead letters itself, so one that gets here is a defect.
    """
    match error:
        case Fenced():
            return ErrorKind.FENCED
        case TransientError():
            return ErrorKind.TRANSIENT
        case KafkaException():
            return ErrorKind.TRANSIENT
        case psycopg.Error():
            state = error.sqlstate
            if state is None:
                # No SQL state means the server never answered: the connection is gone.
                lost = isinstance(error, psycopg.OperationalError | psycopg.InterfaceError)
                return ErrorKind.TRANSIENT if lost else ErrorKind.STOP
            if state in TRANSIENT_STATES or state[:2] in TRANSIENT_CLASSES:
                return ErrorKind.TRANSIENT
            return ErrorKind.STOP
        case _:
            return ErrorKind.STOP
