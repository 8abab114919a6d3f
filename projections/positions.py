"""How far each group of tables is, per region."""

from __future__ import annotations

from collections.abc import Sequence

from projections.copying import Connection
from projections.named_sql import statement
from streams.engine.lease import Lease

Positions = dict[tuple[str, str], int]
"""Last position applied, by (projection, log); kept in the lease's cache."""
Moved = dict[tuple[str, str, str], tuple[int, int]]
"""Position and incarnation to store, by (region, projection, log)."""


def positions_of(connection: Connection, leases: Sequence[Lease]) -> dict[str, Positions]:
    """Return each region's positions, from the lease's cache or else from the table."""
    unread = [lease for lease in leases if "positions" not in lease.cache]
    if unread:
        cursor = connection.execute(
            statement("positions.sql", "select"), {"regions": [lease.region for lease in unread]}
        )
        found: dict[str, Positions] = {lease.region: {} for lease in unread}
        for region, projection, log, position in cursor:
            found[region][(projection, log)] = position
        for lease in unread:
            lease.cache["positions"] = found[lease.region]
    return {lease.region: lease.cache["positions"] for lease in leases}


def store_positions(connection: Connection, moved: Moved) -> None:
    """Write down what moved, in the unit's transaction."""
    if not moved:
        return
    regions, projections, logs = zip(*moved, strict=True)
    positions, incarnations = zip(*moved.values(), strict=True)
    connection.execute(
        statement("positions.sql", "advance"),
        {
            "regions": list(regions),
            "projections": list(projections),
            "logs": list(logs),
            "positions": list(positions),
            "incarnations": list(incarnations),
        },
    )
