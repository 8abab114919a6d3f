"""Runs the worker of one stage until it is told to stop, under a guardian."""

from __future__ import annotations

import structlog

from hub.guardian import FormerEnd, guard
from hub.health import (
    Check,
    HealthServer,
    broker_check,
    database_check,
    registry_check,
    run_checks,
)
from hub.settings import Settings
from hub.telemetry import start_logging, tune_garbage_collector
from hub.watchdog import Watchdog
from hub.wiring import import_rooms, worker
from streams.engine import crash_points
from streams.engine.broker import KafkaBroker, wait_for_broker
from streams.engine.faust_worker import create_app, run_app

logger = structlog.get_logger()


def run_worker(name: str, settings: Settings) -> int:
    """Run one stage in the foreground and return the exit code: 0 after SIGTERM, else 1.

    The worker is a child process: one that a signal kills is followed by the next at once, one
    that ends by itself ends the command.  Any error that is not known to pass ends the process;
    starting it again is free.
    """
    start_logging(level=settings.log_level, form=settings.log_format, service=f"work.{name}")
    import_rooms(name)
    return guard(lambda former: _work(name, settings, former), before_next=crash_points.disarm)


def _work(name: str, settings: Settings, former: FormerEnd) -> int:
    core = worker(name, settings, blamed=former is FormerEnd.OWN_FAULT)
    checks = _checks(settings)
    health = HealthServer(
        settings.host,
        settings.metrics_port,
        lambda: {**core.problems, **run_checks(checks)},
        core.pulse.complaint,
    )
    health.start()
    watchdog = Watchdog(name, core.pulse.complaint)
    watchdog.start()
    logger.info(
        "worker_started",
        stage=name,
        slot=core.slot,
        metrics_port=health.port,
        former_end=former.value,
    )
    tune_garbage_collector()
    try:
        wait_for_broker(KafkaBroker(settings.bootstrap, core.slot), core.stage.topics)
        return run_app(create_app(core, bootstrap=settings.bootstrap, data_directory="."))
    finally:
        watchdog.stop()
        core.stop()
        logger.info("worker_stopped", stage=name)


def _checks(settings: Settings) -> dict[str, Check]:
    """Return what is looked at when somebody asks: an idle worker would not notice by itself."""
    checks = {
        "database": database_check(settings.database),
        "broker": broker_check(settings.bootstrap),
    }
    if settings.registry_url:
        # A worker decodes without it, so in production it need not be told where it is.
        checks["registry"] = registry_check(settings.registry)
    return checks
