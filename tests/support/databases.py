"""Empty databases for tests, made in milliseconds on the running stack's server."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql

if TYPE_CHECKING:
    from hub.local.endpoints import Endpoints


def fresh_database(endpoints: Endpoints, template: str = "template1") -> str:
    """Make a database and return its connection string.

    `template` may be a database that a session migrated once; nobody may be connected to it.
    """
    name = f"test_{secrets.token_hex(8)}"
    statement = sql.SQL("create database {} template {}").format(
        sql.Identifier(name), sql.Identifier(template)
    )
    with psycopg.connect(endpoints.database_url, autocommit=True) as connection:
        connection.execute(statement)
    return urlunsplit(urlsplit(endpoints.database_url)._replace(path=f"/{name}"))


def drop_database(endpoints: Endpoints, url: str) -> None:
    """Drop a database that `fresh_database` made, whoever is still connected to it."""
    name = database_name(url)
    statement = sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(name))
    with psycopg.connect(endpoints.database_url, autocommit=True) as connection:
        connection.execute(statement)


def database_name(url: str) -> str:
    """Return the name of the database that a connection string points at."""
    return urlsplit(url).path.lstrip("/")
