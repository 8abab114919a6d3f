"""Who may say what: the partner file, read once at start."""

from __future__ import annotations

import hashlib
import hmac
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from schemas.identity import PartnerId
from schemas.topics import INBOUND_TOPICS
from streams.engine.errors import StopError
from streams.engine.wire import HUB_SOURCE

HUB_TOPIC = "vt.in.hub.v1"
ANALYST_TOPIC = "vt.in.analyst.v1"
PARTNERS_MAX = 1000
_SHA256 = re.compile(r"[0-9a-f]{64}")
_SOURCE = re.compile(r"urn:nld:oin:[0-9]{20}:systeem:[A-Za-z0-9._-]+")
_FIELDS = frozenset({"id", "name", "sources", "regions", "topics", "token_sha256", "direct"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """A partner and what it may say; its token is known by its hash only."""

    id: PartnerId
    name: str
    sources: frozenset[str]
    regions: frozenset[str]
    topics: frozenset[str]
    token_sha256: str = field(repr=False)
    direct: bool = False

    def may_speak(self, source: str, region: str, topic: str) -> bool:
        """Say whether this partner may use the source, for the region, on the topic."""
        return source in self.sources and region in self.regions and topic in self.topics


class Senders:
    """All partners of the deployment."""

    __slots__ = ("_by_source", "_senders")

    def __init__(self, senders: tuple[Sender, ...]) -> None:
        """Take the partners; two of them may share a source, each with its own regions."""
        self._senders = senders
        self._by_source: dict[str, list[Sender]] = {}
        for sender in senders:
            for source in sender.sources:
                self._by_source.setdefault(source, []).append(sender)

    @classmethod
    def parse(cls, text: str) -> Senders:
        """Read the text of a partner file; a StopError says which entry is wrong."""
        try:
            document = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            raise StopError("the partner file is not TOML") from error
        entries = document.get("partner", [])
        if not isinstance(entries, list) or len(entries) > PARTNERS_MAX:
            raise StopError(f"the partner file holds at most {PARTNERS_MAX} [[partner]] entries")
        senders = tuple(_sender(number, entry) for number, entry in enumerate(entries, start=1))
        if len({sender.id for sender in senders}) != len(senders):
            raise StopError("the partner file names a partner id twice")
        return cls(senders)

    @classmethod
    def load(cls, path: Path) -> Senders:
        """Read the deployment's partner file; a StopError names what to mend."""
        try:
            text = path.read_text(encoding="utf-8")
        except OSError as error:
            raise StopError(f"the partner file {path.name} cannot be read") from error
        return cls.parse(text)

    def may_speak(self, source: str, region: str, topic: str) -> bool:
        """Say whether somebody may use this source, for this region, on this topic."""
        return self.refusal(source, region, topic) is None

    def refusal(self, source: str, region: str, topic: str) -> str | None:
        """Return the problem code of what is not allowed, or None when all of it is."""
        if topic == HUB_TOPIC:
            # The clock and the rules of a region are the hub's alone.
            return None if source == HUB_SOURCE else "authz.source"
        if source == HUB_SOURCE:
            # Analysts decide through the hub's own commands and pages.
            return None if topic == ANALYST_TOPIC else "authz.event"
        senders = self._by_source.get(source)
        if senders is None:
            return "authz.source"
        in_region = [sender for sender in senders if region in sender.regions]
        if not in_region:
            return "authz.region"
        return None if any(topic in sender.topics for sender in in_region) else "authz.event"

    def by_token(self, token: str) -> Sender | None:
        """Return the partner with this bearer token, or None; in the same time for any token."""
        digest = hashlib.sha256(token.encode()).hexdigest()
        found = None
        for sender in self._senders:
            if hmac.compare_digest(sender.token_sha256, digest):
                found = sender
        return found

    def __iter__(self) -> Iterator[Sender]:
        return iter(self._senders)


def _sender(number: int, entry: object) -> Sender:
    if not isinstance(entry, Mapping) or not set(entry) <= _FIELDS:
        raise StopError(f"partner {number}: only {', '.join(sorted(_FIELDS))} are allowed")
    partner_id, name, token = entry.get("id"), entry.get("name"), entry.get("token_sha256")
    direct = entry.get("direct", False)
    if not isinstance(partner_id, str) or not partner_id or not isinstance(name, str):
        raise StopError(f"partner {number}: id and name are texts")
    if not isinstance(token, str) or not _SHA256.fullmatch(token):
        raise StopError(f"partner {partner_id}: token_sha256 is 64 hex digits")
    if not isinstance(direct, bool):
        raise StopError(f"partner {partner_id}: direct is true or false")
    sources, topics = _texts(partner_id, entry, "sources"), _texts(partner_id, entry, "topics")
    if not all(_SOURCE.fullmatch(source) for source in sources):
        raise StopError(f"partner {partner_id}: a source is urn:nld:oin:<20 digits>:systeem:<name>")
    if not topics <= INBOUND_TOPICS.keys() - {HUB_TOPIC}:
        raise StopError(f"partner {partner_id}: topics are inbound topics other than {HUB_TOPIC}")
    return Sender(
        id=PartnerId(partner_id),
        name=name,
        sources=sources,
        regions=_texts(partner_id, entry, "regions"),
        topics=topics,
        token_sha256=token,
        direct=direct,
    )


def _texts(partner_id: str, entry: Mapping[str, object], name: str) -> frozenset[str]:
    values = entry.get(name)
    if not isinstance(values, list) or not values or not all(isinstance(v, str) for v in values):
        raise StopError(f"partner {partner_id}: {name} is a list of texts")
    return frozenset(values)
