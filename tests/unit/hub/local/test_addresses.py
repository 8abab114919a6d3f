"""Ports and endpoints: kept, held, private, and never believed when stale."""

from __future__ import annotations

import socket
import stat
from pathlib import Path

import pytest

from hub.local.endpoints import (
    Endpoints,
    is_running,
    lock_data,
    read_endpoints,
    remove_endpoints,
    write_endpoints,
)
from hub.local.errors import DataInUse, StackNotRunning
from hub.local.ports import PORT_MAX, PORT_MIN, Ports, is_free

ENDPOINTS = Endpoints(
    kafka_bootstrap="127.0.0.1:1",
    registry_url="http://127.0.0.1:2/apis/ccompat/v7",
    database_url="postgresql://radar:secret@127.0.0.1:3/radar",
    pids={"kafka": 4},
)


def test_ports_are_kept_from_one_start_to_the_next(tmp_path: Path) -> None:
    first = Ports(tmp_path / "ports.json")
    chosen = [first.take(name) for name in ("kafka", "registry", "kafka")]
    assert chosen[0] == chosen[2] != chosen[1]
    assert all(PORT_MIN <= port < PORT_MAX for port in chosen)
    first.release()
    second = Ports(tmp_path / "ports.json")
    assert second.take("kafka") == chosen[0]
    second.release()


def test_a_port_that_was_taken_is_replaced(tmp_path: Path) -> None:
    first = Ports(tmp_path / "ports.json")
    port = first.take("kafka")
    first.release()
    with socket.socket() as other:
        other.bind(("127.0.0.1", port))
        other.listen()
        assert not is_free(port)
        second = Ports(tmp_path / "ports.json")
        assert second.take("kafka") != port
        second.release()


def test_two_stacks_that_choose_at_once_get_different_ports(tmp_path: Path) -> None:
    """The second remembers the same port, and nobody listens on it yet."""
    path = tmp_path / "ports.json"
    first = Ports(path)
    port = first.take("kafka")
    second = Ports(path)
    assert second.take("kafka") != port
    first.release()
    second.release()


def test_endpoints_are_read_while_the_stack_runs_and_not_after(tmp_path: Path) -> None:
    with lock_data(tmp_path):
        write_endpoints(tmp_path, ENDPOINTS)
        assert is_running(tmp_path)
        assert read_endpoints(tmp_path) == ENDPOINTS
        mode = (tmp_path / "endpoints.json").stat().st_mode
        assert stat.S_IMODE(mode) == 0o600
    # As after kill -9: the file is still there.
    with pytest.raises(StackNotRunning, match="radar up --data"):
        read_endpoints(tmp_path)
    remove_endpoints(tmp_path)
    remove_endpoints(tmp_path)
    assert not (tmp_path / "endpoints.json").exists()


def test_one_data_directory_has_one_owner(tmp_path: Path) -> None:
    with lock_data(tmp_path), pytest.raises(DataInUse, match="choose another --data"):
        lock_data(tmp_path)
    lock_data(tmp_path).close()


def test_the_password_is_not_shown() -> None:
    assert "secret" not in repr(ENDPOINTS)
    assert "secret" in ENDPOINTS.environment()["RADAR_DATABASE_URL"]
