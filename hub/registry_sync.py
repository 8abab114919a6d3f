"""The schema registry: registers what the contract holds, and keeps its ids beside the data."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from confluent_kafka.schema_registry import (
    ConfigCompatibilityLevel,
    Schema,
    SchemaRegistryClient,
    SchemaRegistryError,
    ServerConfig,
)
from requests.exceptions import RequestException

from schemas.codec import Codec, SchemaKey
from schemas.events import SCHEMAS
from streams.engine.errors import StopError, TransientError

REQUEST_SECONDS = 10
SUBJECT_PREFIX = "nl.veiligthuis.radar."
BUNDLE_FILE = "schema-ids.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Registered:
    """One schema in the registry: our record name and version, and the registry's id."""

    record_name: str
    version: int
    schema_id: int


def registry_client(url: str) -> SchemaRegistryClient:
    """Connect lazily; a request without a time limit could hang for ever."""
    return SchemaRegistryClient({"url": url, "timeout": REQUEST_SECONDS})


def register_all(client: SchemaRegistryClient) -> Sequence[Registered]:
    """Register every `.avsc` under its record name and return the ids; idempotent.

    Raises StopError when the registry refuses a schema as incompatible, TransientError when it
    does not answer.
    """
    try:
        level = ServerConfig(compatibility=ConfigCompatibilityLevel.FULL_TRANSITIVE)
        client.set_config(config=level)
        return [
            Registered(
                record_name=name,
                version=version,
                schema_id=client.register_schema(
                    SUBJECT_PREFIX + name, Schema(json.dumps(schema, ensure_ascii=False), "AVRO")
                ),
            )
            for (name, version), schema in sorted(SCHEMAS.items())
        ]
    except SchemaRegistryError as error:
        if error.http_status_code in {409, 422}:
            raise StopError(
                "the registry refuses a schema as incompatible; radar schemas check says which"
            ) from error
        raise TransientError("the registry answers with an error; try again") from error
    except (RequestException, OSError) as error:
        raise TransientError("the registry does not answer; is it running? radar doctor") from error


def missing_schemas(client: SchemaRegistryClient) -> Sequence[str]:
    """Return `record vN` of every schema of the contract that the registry does not have."""
    missing = []
    for (name, version), schema in sorted(SCHEMAS.items()):
        try:
            client.lookup_schema(
                SUBJECT_PREFIX + name, Schema(json.dumps(schema, ensure_ascii=False), "AVRO")
            )
        except SchemaRegistryError as error:
            if error.http_status_code != 404:
                raise TransientError("the registry answers with an error; try again") from error
            missing.append(f"{name} v{version}")
        except (RequestException, OSError) as error:
            raise TransientError("the registry does not answer; is it running?") from error
    return missing


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
