"""The registry's ids, kept beside the data: a service decodes and starts without the registry."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from schemas.codec import Codec, SchemaKey
from schemas.events import SCHEMAS
from streams.engine.errors import StopError

BUNDLE_FILE = "schema-ids.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Registered:
    """One schema in the registry: our record name and version, and the registry's id."""

    record_name: str
    version: int
    schema_id: int


def is_complete(path: Path) -> bool:
    """Say whether the bundle names every schema of this program."""
    return path.exists() and set(read_bundle(path).values()) >= {SchemaKey(*k) for k in SCHEMAS}


def write_bundle(path: Path, registered: Sequence[Registered]) -> None:
    """Keep the ids beside the data: a service must be able to start while the registry is away."""
    rows = [[r.schema_id, r.record_name, r.version] for r in registered]
    partial = path.with_suffix(".new")
    partial.write_text(json.dumps(rows) + "\n", encoding="utf-8")
    partial.replace(path)


def read_bundle(path: Path) -> Mapping[int, SchemaKey]:
    """Return the ids last registered; a StopError says how to make the bundle."""
    try:
        rows = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise StopError(
            "the schema bundle is missing; register the schemas: radar schemas register"
        ) from error
    return {int(schema_id): SchemaKey(str(name), int(version)) for schema_id, name, version in rows}


def open_codec(path: Path) -> Codec:
    """Return the codec that knows the ids of this deployment's registry."""
    return Codec(read_bundle(path))


def frames(path: Path) -> Mapping[str, bytes]:
    """Return the Confluent framing (0x00, 4-byte id) of the newest version of each record."""
    newest: dict[str, tuple[int, bytes]] = {}
    for schema_id, (name, version) in read_bundle(path).items():
        if name not in newest or version > newest[name][0]:
            newest[name] = (version, b"\x00" + schema_id.to_bytes(4, "big"))
    return {name: frame for name, (_, frame) in newest.items()}
