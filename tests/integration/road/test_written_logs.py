"""What our services have written by the end of all this is what the page on log events says."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from hub.services import SERVICES, WEB

if TYPE_CHECKING:
    from tests.support.road import Radar

LEVELS = {"info", "warning", "error", "critical"}


def test_every_line_is_json_with_its_event_level_time_and_service(radar: Radar) -> None:
    logs = radar.logs()
    for service in SERVICES:
        called = WEB if service.name == WEB else f"work.{service.name}"
        lines = logs[f"{service.name}.log"].splitlines()
        assert lines
        for line in lines:
            told = json.loads(line)
            assert {"event", "level", "at", "service"} <= told.keys(), line
            assert told["service"] == called
            assert told["level"] in LEVELS


def test_nobody_had_to_stop_for_a_defect(radar: Radar) -> None:
    for name, text in radar.logs().items():
        # A rebuild takes the regions from these two: to be fenced by it is no defect.
        stops = [line for line in text.splitlines() if '"worker_stopping"' in line]
        is_rebuilt = name in {"radar.log", "projections.log"}
        assert all(is_rebuilt and '"error": "Fenced"' in line for line in stops), name
        assert "gateway_failed" not in text, name
        assert "Traceback" not in text, name
