"""Who may come in: the partner file, and a made-up one for a demonstration.

The file itself is read by `streams.admission.senders`, because the Kafka road asks it the same
question; here stands what only the gateway needs: a token becomes a `Principal`.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from schemas.identity import PartnerId
from streams.admission.senders import Sender, Senders

TOKEN_BYTES = 32
DEMO_REGIONS = ("drenthe",)
TOKENS_FILE = "partner-tokens.toml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Principal:
    """Who offers an event, and what it may speak about: its own sources, regions and topics."""

    partner: PartnerId
    sources: frozenset[str]
    regions: frozenset[str]
    topics: frozenset[str]

    def fault(self, source: str, region: str, topic: str | None = None) -> str | None:
        """Return the code of the first thing it may not do, or None when it may speak.

        `topic` None asks about source and region alone, as reading a receipt does.
        """
        if source not in self.sources:
            return "authz.source"
        if region not in self.regions:
            return "authz.region"
        if topic is not None and topic not in self.topics:
            return "authz.event"
        return None


class Partners:
    """The partner file as the gateway asks it."""

    def __init__(self, senders: Senders) -> None:
        self._senders = senders

    @classmethod
    def load(cls, path: Path) -> Partners:
        """Read the partner file; what is wrong with it is `Senders.load`'s to say."""
        return cls(Senders.load(path))

    def principal(self, token: str) -> Principal | None:
        """Return who holds this token, or None; compared by digest, in constant time."""
        sender = self._senders.by_token(token)
        return None if sender is None else principal_of(sender)


def principal_of(sender: Sender) -> Principal:
    """Return the principal that stands for one sender of the partner file."""
    return Principal(
        partner=PartnerId(sender.id),
        sources=frozenset(sender.sources),
        regions=frozenset(sender.regions),
        topics=frozenset(sender.topics),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoPartner:
    """A made-up partner; its OINs lie in the test range and belong to no organisation."""

    id: str
    name: str
    systems: tuple[str, ...]
    topics: tuple[str, ...]
    oin: str
    is_direct: bool = False

    @property
    def sources(self) -> tuple[str, ...]:
        """Return the source URN of each of its systems."""
        return tuple(f"urn:nld:oin:{self.oin}:systeem:{system}" for system in self.systems)


def _demo(number: int, id_: str, name: str, systems: str, *topics: str) -> DemoPartner:
    return DemoPartner(
        id=id_,
        name=name,
        systems=tuple(systems.split()),
        topics=tuple(f"vt.in.{topic}.v1" for topic in topics),
        oin=f"{99_000_000_000_000 + number:020d}",
        is_direct=id_ in ("politie", "zaaksysteem"),
    )


# One partner per topic of schemas/topics.toml, the hub's own topic excepted; advice is a partner
# of its own, so that no token can speak on that road and on another.
DEMO_PARTNERS: tuple[DemoPartner, ...] = (
    _demo(10, "politie", "Politie", "bvh", "police"),
    _demo(20, "melders", "Scholen, zorg en burgers", "school zorg kinderopvang meldpunt",
          "reporters"),
    _demo(30, "lokaal-team", "Lokale teams", "lokaal-team", "local-team"),
    _demo(40, "mda", "Secretariaat MDA++", "mda", "mda"),
    _demo(50, "corv", "CORV", "corv", "corv"),
    _demo(60, "gemeente", "Gemeenten", "huisverbod", "municipality"),
    _demo(70, "brp", "BRP-berichten", "brp", "brp"),
    _demo(80, "zaaksysteem", "Zaaksysteem van Veilig Thuis", "zaaksysteem", "case-system"),
    _demo(90, "advies", "Adviesregistratie van Veilig Thuis", "advies", "advice"),
    _demo(95, "paginas", "Pagina's van de radar", "radar-paginas", "analyst"),
)  # fmt: skip


def write_demo_partners(path: Path, regions: Sequence[str] = DEMO_REGIONS) -> Mapping[str, str]:
    """Write a partner file with made-up partners and return their tokens by partner id.

    The tokens stand in a file of their own beside it, readable by its owner only; the partner
    file holds their SHA-256.  A second call changes no token, so whoever holds one keeps it.
    """
    tokens_path = path.with_name(TOKENS_FILE)
    tokens = _read_tokens(tokens_path)
    missing = [p.id for p in DEMO_PARTNERS if p.id not in tokens]
    if missing:
        tokens |= {partner_id: secrets.token_urlsafe(TOKEN_BYTES) for partner_id in missing}
        _write(tokens_path, tokens_file_text(tokens), mode=0o600)
    # A file that knows these tokens is left alone: somebody may have added a partner to it.
    known = path.read_text(encoding="utf-8") if path.exists() else ""
    if not all(_sha256(tokens[partner.id]) in known for partner in DEMO_PARTNERS):
        _write(path, partner_file_text(tokens, regions), mode=0o644)
    return tokens


def partner_file_text(tokens: Mapping[str, str], regions: Sequence[str]) -> str:
    """Return the demonstration's partner file as TOML."""
    blocks = ["# Made-up partners for a demonstration; a deployment keeps a file of its own.\n"]
    for partner in DEMO_PARTNERS:
        digest = _sha256(tokens[partner.id])
        # JSON's strings and lists of strings are TOML's too.
        blocks.append(
            "[[partner]]\n"
            f"id = {json.dumps(partner.id)}\n"
            f"name = {json.dumps(partner.name)}\n"
            f"sources = {json.dumps(partner.sources)}\n"
            f"regions = {json.dumps(list(regions))}\n"
            f"topics = {json.dumps(partner.topics)}\n"
            f"direct = {json.dumps(partner.is_direct)}\n"
            f"token_sha256 = {json.dumps(digest)}\n"
        )
    return "\n".join(blocks)


def tokens_file_text(tokens: Mapping[str, str]) -> str:
    """Return the tokens as TOML, one line per partner."""
    lines = [f"{json.dumps(partner)} = {json.dumps(token)}\n" for partner, token in tokens.items()]
    return "# Who holds a token speaks as that partner. Never copy this file.\n" + "".join(lines)


def _sha256(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _read_tokens(path: Path) -> dict[str, str]:
    if not path.exists():
        return {}
    content = tomllib.loads(path.read_text(encoding="utf-8"))
    return {str(partner): str(token) for partner, token in content.items()}


def _write(path: Path, text: str, *, mode: int) -> None:
    """Replace a file in one step, so that a reader never sees half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.{os.getpid()}.new")
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
    partial.chmod(mode)
    partial.replace(path)
