"""A worker process: Faust as the shell around one stage's core."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import faust
import mode
import structlog

from streams.engine.errors import Fenced
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


class RadarApp(faust.App):
    """A Faust app that knows the engine's worker; one thread does all its blocking work."""

    core: Worker
    unit_is_open: bool = False
    failure: BaseException | None = None

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.mirrored: dict[tuple[str, int], int] = {}
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="engine")

    async def in_worker_thread(self, call: Callable[..., Any], *args: Any) -> Any:
        """Run a blocking call of the core; calls never overlap."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, call, *args)


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
    )
    app.core = core
    topic = app.topic(*stage.topics, schema=Undecoded(key_type=bytes, value_type=bytes), acks=False)

    @app.on_partitions_revoked.connect
    async def forget(*_: Any, **__: Any) -> None:
        core.release()
        app.unit_is_open = False

    @app.agent(topic, name=f"radar.{stage.name}", concurrency=1)
    async def units(stream: Any) -> None:
        async for event in stream.noack().events():
            await _write(app, event.value)

    @app.timer(TICK_SECONDS, name=f"radar.{stage.name}.tick")  # type: ignore[untyped-decorator]
    async def tick(*_: Any) -> None:
        if not app.rebalancing and core.leases:
            consumer = app.consumer
            marks = {at: consumer.highwater(faust.types.TP(*at)) or 0 for at in core.leases}
            await app.in_worker_thread(core.tick, marks)

    return app


async def _write(app: RadarApp, unit: Unit) -> None:
    """Apply a unit once, though every one of its partitions brings it."""
    core = app.core
    if unit.done or not core.holds(unit):
        return
    try:
        await app.in_worker_thread(core.apply, unit)
    except Fenced:
        # Fenced by a re-assignment of our own is nothing; fenced by another worker is the end.
        if core.holds(unit):
            raise
    finally:
        app.unit_is_open = False
