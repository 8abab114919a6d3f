"""A worker process: Faust as the shell around one stage's core."""

from __future__ import annotations

import asyncio
import importlib
import inspect
import sys
import time
import traceback
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import faust
import mode
import structlog
import uvloop
from faust.tables.manager import TableManager

from streams.engine.errors import Fenced, StopError
from streams.engine.faust_transport import Undecoded
from streams.engine.unit import Unit
from streams.engine.worker import Worker

logger = structlog.get_logger()

TICK_SECONDS = 1.0
POLL_RECORDS_MAX = 2_000
# Takeover by another worker is bounded by the session; a restart in the same slot is not.
SESSION_SECONDS = 6.0
HEARTBEAT_SECONDS = 1.0
REBALANCE_SECONDS = 10.0
# Faust computes an assignment only when metadata changes; with the default of five minutes a
# topic that appears late leaves a worker idle that long, silently.
METADATA_AGE_MS = 5_000
LOST_UNIT_SECONDS = 15.0
# A unit's thread lets go of the interpreter this often; by default it is 5 ms, which the relay and
# the consumer would wait for at each of their steps.
THREAD_SWITCH_SECONDS = 0.001
GATHER_SHARE = 0.5
GATHER_SECONDS_MAX = 0.02


# What Faust imports only when an app is made.
MADE_WITH_AN_APP = (
    "faust.assignor",
    "faust.assignor.partition_assignor",
    "faust.stores.memory",
    "faust.tables.recovery",
    "faust.windows",
    "faust.worker",
)


class NoTables(TableManager):
    """Faust's tables, of which there are none: it waits a second before it looks for them."""

    async def on_start(self) -> None:
        """Do at once what Faust does after that second; it holds subscribing up until then."""
        await self._update_channels()
        await self.recovery.start()


class RadarApp(faust.App):
    """A Faust app that knows the engine's worker; one thread does all its blocking work."""

    core: Worker

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.mirrored: dict[tuple[str, int], int] = {}
        self.open_until: asyncio.Future[None] | None = None
        """Done when the unit that was handed to Faust is written; None: there is none."""
        self._opened_at = self._closed_at = self._writing_seconds = 0.0
        self._is_writing = False
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="engine")

    def gathers_for(self) -> float:
        """Return how many seconds the next unit still waits for more.

        None after a pause. But units of single rows that follow each other as fast as they can
        would use up the machine, since each has a price of its own: so a stage pauses between them
        for a part of the time that the last one took.
        """
        pause = min(self._writing_seconds * GATHER_SHARE, GATHER_SECONDS_MAX)
        return self._closed_at + pause - time.monotonic()

    def open_unit(self) -> None:
        """Note that a unit was handed to Faust; the next begins when it is written."""
        self.open_until = asyncio.get_running_loop().create_future()
        self._opened_at = time.monotonic()

    def close_unit(self) -> None:
        """Note that no unit is on its way: it was written, or belongs to a former assignment."""
        if self.open_until is not None:
            self.open_until.set_result(None)
            self.open_until = None
            self._closed_at = time.monotonic()
            self._writing_seconds = self._closed_at - self._opened_at

    async def write(self, unit: Unit) -> None:
        """Apply a unit once, though every one of its partitions brings it."""
        if unit.done or not self.core.holds(unit):
            return
        self._is_writing = True
        try:
            await self.in_worker_thread(self.core.apply, unit)
        except Fenced as error:
            # Fenced by a re-assignment of our own is nothing; by another worker it is the end.
            if self.core.holds(unit):
                logger.error("worker_stopping", error="Fenced", reason=str(error))  # noqa: TRY400
                raise
        finally:
            self._is_writing = False
            self.close_unit()

    def check_alive(self) -> None:
        """Raise StopError when a unit was handed to Faust and never came: it would wait for ever.

        Faust drops messages in ways that differ by release; restarting is free, waiting is not.
        """
        waited = time.monotonic() - self._opened_at
        if self.open_until is not None and not self._is_writing and waited > LOST_UNIT_SECONDS:
            raise StopError("a unit was handed to Faust and did not come back; starting again")

    async def in_worker_thread(self, call: Callable[..., Any], *args: Any) -> Any:
        """Run a blocking call of the core; calls never overlap.

        Faust prints what escapes from here, and a library's message may quote values: only
        the engine's own errors pass, everything else becomes a StopError with class and place.
        """
        loop = asyncio.get_running_loop()
        try:
            return await loop.run_in_executor(self._thread, call, *args)
        except Fenced:
            # Whether it ends this worker is for `write` to say.
            raise
        except Exception as error:
            own = isinstance(error, StopError)
            reason = str(error) if own else f"{type(error).__name__} at {place_of(error)}"
            # Not `exception`: a traceback quotes the values of the statement that failed.
            logger.error("worker_stopping", error=type(error).__name__, reason=reason)  # noqa: TRY400
            if own:
                raise
            raise StopError(reason) from None


def import_shell() -> None:
    """Do what making an app costs, that a process can do before it forks.

    Faust asks for the place of each decorated function; the answer to the first such question is a
    list of the files of all modules, which the library keeps.
    """
    for module in MADE_WITH_AN_APP:
        importlib.import_module(module)
    inspect.getmodule(inspect.currentframe())


def create_app(core: Worker, *, bootstrap: str, data_directory: str) -> RadarApp:
    """Build the app of one worker; nothing runs and nothing is connected yet."""
    stage = core.stage
    app = RadarApp(
        f"radar.{stage.name}.v{stage.version}",
        broker=f"radar://{bootstrap}",
        store="memory://",
        datadir=data_directory,
        topic_allow_declare=False,
        topic_disable_leader=True,
        web_enabled=False,
        table_standby_replicas=0,
        stream_wait_empty=False,
        stream_recovery_delay=0.0,
        consumer_auto_offset_reset="earliest",
        consumer_group_instance_id=core.slot,
        consumer_metadata_max_age_ms=METADATA_AGE_MS,
        broker_client_id=f"radar-{core.slot}",
        broker_session_timeout=SESSION_SECONDS,
        broker_heartbeat_interval=HEARTBEAT_SECONDS,
        broker_rebalance_timeout=REBALANCE_SECONDS,
        broker_max_poll_records=POLL_RECORDS_MAX,
        broker_commit_interval=TICK_SECONDS,
        agent_supervisor=mode.CrashingSupervisor,
        TableManager=NoTables,
    )
    app.core = core
    topic = app.topic(*stage.topics, schema=Undecoded(key_type=bytes, value_type=bytes), acks=False)

    @app.on_partitions_revoked.connect
    async def forget(*_: Any, **__: Any) -> None:
        core.release()
        app.close_unit()

    @app.agent(topic, name=f"radar.{stage.name}", concurrency=1)
    async def units(stream: Any) -> None:
        async for event in stream.noack().events():
            await app.write(event.value)

    @app.timer(TICK_SECONDS, name=f"radar.{stage.name}.tick")  # type: ignore[untyped-decorator]
    async def tick(*_: Any) -> None:
        app.check_alive()
        if app.rebalancing:
            return
        if not core.leases:
            core.pulse.beat()
            return
        consumer = app.consumer
        places = [faust.types.TP(*at) for at in core.leases]
        marks = {tuple(tp): consumer.highwater(tp) or 0 for tp in places}
        looks = places if core.pulse.is_due() else []
        positions = {tuple(tp): await consumer.position(tp) or 0 for tp in looks}
        await app.in_worker_thread(core.tick, marks, positions)

    return app


def run_app(app: RadarApp) -> int:
    """Run until a signal or a crash; return 0 after SIGTERM or SIGINT, else 1.

    SIGTERM lets the open unit finish, because the worker's thread is waited for.
    """
    sys.setswitchinterval(THREAD_SWITCH_SECONDS)
    asyncio.set_event_loop_policy(uvloop.EventLoopPolicy())
    shell = faust.Worker(
        app, loglevel="WARN", quiet=True, redirect_stdouts=False, override_logging=False
    )
    # It writes control characters for a terminal into what is a log.
    shell.spinner = None
    try:
        shell.execute_from_commandline()
    except SystemExit as end:
        return int(end.code or 0)


def place_of(error: BaseException) -> str:
    """Return `file:line` of the innermost frame: where it happened, without what was in it."""
    frames = traceback.extract_tb(error.__traceback__)
    return " < ".join(f"{Path(f.filename).name}:{f.lineno}" for f in reversed(frames[-3:]))
