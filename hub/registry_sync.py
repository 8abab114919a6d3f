"""The schema registry: registers what the contract holds, and says what it lacks."""

from __future__ import annotations

import json
from collections.abc import Sequence

from confluent_kafka.schema_registry import (
    ConfigCompatibilityLevel,
    Schema,
    SchemaRegistryClient,
    SchemaRegistryError,
    ServerConfig,
)

# The client lets errors of the HTTP library through that it was built on; this is where it says
# which one that is.
from confluent_kafka.schema_registry.common._httpx_compat import httpx

from hub.schema_bundle import Registered
from schemas.events import SCHEMAS
from streams.engine.errors import StopError, TransientError

REQUEST_SECONDS = 10
# A registry that is starting refuses connections for a moment; one that is away is said to be so.
CONNECT_RETRIES_MAX = 2
CONNECT_RETRY_MS = 100
SUBJECT_PREFIX = "nl.veiligthuis.radar."


def registry_client(url: str) -> SchemaRegistryClient:
    """Connect lazily; a request without a time limit could hang for ever."""
    return SchemaRegistryClient(
        {
            "url": url,
            "timeout": REQUEST_SECONDS,
            "max.retries": CONNECT_RETRIES_MAX,
            "retries.wait.ms": CONNECT_RETRY_MS,
        }
    )


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
    except (httpx.TransportError, OSError) as error:
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
        except (httpx.TransportError, OSError) as error:
            raise TransientError("the registry does not answer; is it running?") from error
    return missing
