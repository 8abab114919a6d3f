"""A rebuild under running services: they go on from the tables that took their place."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.support.road import eventually, new_bsn, report
from tests.support.road_command import radar_command

if TYPE_CHECKING:
    from tests.support.road import Radar


def test_services_go_on_from_the_swapped_tables(radar: Radar) -> None:
    people = {"bsn": new_bsn()}
    first = report(people)
    radar.accept(first)
    home = radar.household(first)
    epochs = radar.query("select stage, region, epoch from engine.head order by 1, 2")

    rebuilt = radar_command("rebuild", "all", "--json", data=radar.settings.directory)
    assert rebuilt.code == 0, rebuilt.said
    assert [room["equal"] for room in rebuilt.json()["rebuilt"]] == [True, True], rebuilt.output

    second = report(people)
    radar.accept(second)
    assert radar.household(second) == home
    eventually(lambda: all(map(radar.is_ready, radar.ports)), "every process is ready")
    ended = radar.query("select stage, region, epoch from engine.head order by 1, 2")
    begun_again = {new[0] for old, new in zip(epochs, ended, strict=True) if new[2] > old[2] + 1}
    assert begun_again == {"radar", "projections"}, "their workers claimed anew"
    checked = radar_command("rebuild", "all", "--check", data=radar.settings.directory)
    assert checked.code == 0, checked.said
