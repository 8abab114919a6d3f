"""Settings of every command and service: flags, then `RADAR_*`, then a running local stack."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import Self

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from hub.local.endpoints import Endpoints, read_endpoints
from hub.local.errors import StackNotRunning
from schemas.regions import Regions
from streams.engine.errors import StopError

DATA_DEFAULT = Path(".radar")


class Settings(BaseSettings):
    """Read once at start; secrets do not show in `repr`.

    Addresses that are not set are taken from `DATA/endpoints.json`, which a running local stack
    writes, so that on a laptop nothing needs to be set at all.
    """

    model_config = SettingsConfigDict(
        env_prefix="RADAR_", extra="ignore", hide_input_in_errors=True, frozen=True
    )

    data: Path = DATA_DEFAULT
    database_url: SecretStr = Field(default=SecretStr(""), repr=False)
    kafka_bootstrap: str = ""
    registry_url: str = ""
    regions_file: Path | None = None
    partners_file: Path | None = None
    keys: Path | None = None
    slot: str = "local"
    """Name of a worker that stays the same over restarts; one per worker and stage."""
    host: str = "127.0.0.1"
    web_port: int = 0
    metrics_port: int = 0
    verify_seconds: float = Field(default=60.0, ge=0)
    """How often the web process checks that nothing is lost or doubled; 0 never."""
    log_level: str = "info"
    log_format: str = "json"
    replication: int = 1
    """Copies of each topic; production wants 3, with `min.insync.replicas` 2."""

    @classmethod
    def load(cls, data: Path | None = None) -> Self:
        """Return the settings, completed from the local stack of the data directory."""
        settings = cls() if data is None else cls(data=data)
        if settings.database_url.get_secret_value() and settings.kafka_bootstrap:
            return settings
        try:
            endpoints = read_endpoints(settings.data.expanduser().absolute())
        except StackNotRunning:
            return settings
        return settings.at(endpoints)

    def at(self, endpoints: Endpoints) -> Self:
        """Return these settings pointed at a local stack where nothing else was set."""
        chosen = self.database_url.get_secret_value() or endpoints.database_url
        return self.model_copy(
            update={
                "database_url": SecretStr(chosen),
                "kafka_bootstrap": self.kafka_bootstrap or endpoints.kafka_bootstrap,
                "registry_url": self.registry_url or endpoints.registry_url,
            }
        )

    @property
    def database(self) -> str:
        """Return the database address; a StopError says how to set it when it is not."""
        return self._needed(self.database_url.get_secret_value(), "RADAR_DATABASE_URL")

    @property
    def bootstrap(self) -> str:
        """Return the broker's address; a StopError says how to set it when it is not."""
        return self._needed(self.kafka_bootstrap, "RADAR_KAFKA_BOOTSTRAP")

    @property
    def registry(self) -> str:
        """Return the registry's address; a StopError says how to set it when it is not."""
        return self._needed(self.registry_url, "RADAR_REGISTRY_URL")

    @property
    def directory(self) -> Path:
        """Return the data directory as an absolute path."""
        return self.data.expanduser().absolute()

    @property
    def keys_directory(self) -> Path:
        """Return where the hub's own keys are."""
        return self.keys or self.directory / "keys"

    @property
    def partners_path(self) -> Path:
        """Return the partner file."""
        return self.partners_file or self.directory / "partners.toml"

    @property
    def regions_path(self) -> Path:
        """Return the regions file."""
        return self.regions_file or self.directory / "regions.toml"

    @cached_property
    def regions(self) -> Regions:
        """Return the deployment's regions; a StopError says where they should be."""
        try:
            return Regions.read(self.regions_path)
        except OSError as error:
            raise StopError(
                "the regions file cannot be read; set RADAR_REGIONS_FILE, or start a local stack: "
                "radar up"
            ) from error

    def _needed(self, value: str, name: str) -> str:
        if not value:
            raise StopError(
                f"{name} is not set and no local stack runs on {self.data}; start one: "
                f"radar up --data {self.data}"
            )
        return value
