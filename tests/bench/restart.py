"""How soon it is at work again after kill -9: of each worker, and of the broker.

Its own services under its own supervisor, as on a laptop, with sealed events arriving all the time.
"""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient

from hub.services import SERVICES, answers_ready, service_environment
from tests.bench.arrivals import Arrivals
from tests.bench.events import happenings
from tests.bench.figures import BenchFailed, Promise, Report, percentile
from tests.bench.harness import Stand, Tell, running_stand
from tests.bench.latency import send
from tests.bench.whole_road import STAGES, WholeRoad, sealed_messages

PER_SECOND = 50
SETTLE_SECONDS = 4.0
LOOK_SECONDS = 0.01
BACK_SECONDS_MAX = 60.0
WORKER_SECONDS = 4.0
BROKER_SECONDS = 10.0


def run_restart(*, repetitions: int, tell: Tell) -> Report:
    """Kill each worker, then the broker, so often; the ceilings hold for the slowest."""
    ...
