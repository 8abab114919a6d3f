"""A connection that uvloop finds closed is, to aiokafka, a connection that was lost."""

from __future__ import annotations

import asyncio
import socket
from typing import Any

import pytest
import uvloop
from aiokafka.conn import AIOKafkaConnection
from aiokafka.errors import KafkaConnectionError
from aiokafka.protocol.admin import ApiVersionRequest

from streams.engine.faust_transport import name_lost_connections


class OneConnection:
    """As aiokafka's client, of which only the connection to one broker matters here."""

    def __init__(self, connection: AIOKafkaConnection) -> None:
        self.connection = connection

    async def send(self, request: Any) -> Any:
        return await self.connection.send(request)


async def error_of_a_lost_connection(*, named: bool) -> Exception:
    """Return what a client raises that writes when the transport is closed already."""
    here, there = socket.socketpair()
    connection = AIOKafkaConnection("broker", 9092)
    connection._reader, connection._writer = await asyncio.open_connection(sock=here)
    connection._writer.transport.abort()
    await asyncio.sleep(0)
    client = OneConnection(connection)
    if named:
        name_lost_connections(client)
    try:
        await client.send(ApiVersionRequest())
    except (KafkaConnectionError, RuntimeError) as error:
        return error
    finally:
        there.close()
    raise AssertionError("nothing was raised")


@pytest.mark.parametrize("named", [True, False])
def test_it_is_an_error_that_aiokafka_expects(*, named: bool) -> None:
    """Without the name it is what ended the fetcher: else this would be in vain."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        error = runner.run(error_of_a_lost_connection(named=named))
    assert isinstance(error, KafkaConnectionError) is named
