"""Everything that can be wrong with an event: one closed list for answers, dead letters, metrics.

The dotted code is the dead letter's reason and the metric label; the dashed one closes the `type`
of a problem answer (reliability.md §5). The sentence is what a partner reads; no code, sentence or
error ever carries the value that was refused.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True, kw_only=True)
class ProblemCode:
    """One thing that can be wrong. `is_redrivable`: trying again may help once we mend our side."""

    code: str
    http_type: str
    http_status: int
    sentence: str
    is_redrivable: bool = False


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Violation:
    """One mistake in one event: where (JSON pointer) and which code; never the value."""

    pointer: str
    code: str


class DataError(Exception):
    """The event itself is wrong and will never work: dead letter or 4xx, never a retry."""

    def __init__(self, code: str, pointer: str | None = None) -> None:
        """Keep the code, which must be on the closed list, and the place; never the value."""
        self.problem = PROBLEM_CODES[code]
        self.code = code
        self.pointer = pointer
        super().__init__(code if pointer is None else f"{code} at {pointer}")


class InvalidEventError(Exception):
    """An event that a sender offered has these mistakes: all of them, by place."""

    def __init__(self, violations: Sequence[Violation]) -> None:
        """Keep the violations in order of place, each once."""
        self.violations = tuple(sorted(set(violations)))
        super().__init__(", ".join(f"{v.code} at {v.pointer}" for v in self.violations))


def _listed(*rows: tuple[str, str, int, str]) -> dict[str, ProblemCode]:
    return {
        code: ProblemCode(
            code=code,
            http_type=http_type,
            http_status=http_status,
            sentence=sentence,
            is_redrivable=code in _REDRIVABLE,
        )
        for code, http_type, http_status, sentence in rows
    }


# What may work later without the sender doing anything: a schema or a key that we had not loaded,
# a parent event that comes late, a fault of ours that crashed the worker.
_REDRIVABLE = frozenset(
    {"schema.unknown", "sealed.key_unknown", "link.pending_expired", "stage.quarantined"}
)

PROBLEM_CODES: Mapping[str, ProblemCode] = MappingProxyType(
    _listed(
        # The bytes of a Kafka record (reliability.md §4.9, in the order of the checks).
        ("avro.tombstone", "avro-tombstone", 400, "Het bericht heeft geen inhoud."),
        ("avro.too_short", "empty-body", 400, "Het bericht is leeg of te kort."),
        ("size.exceeded", "size-exceeded", 413, "Het bericht is te groot."),
        ("avro.magic", "avro-magic", 400, "Het bericht begint niet zoals Avro-berichten horen."),
        ("schema.unknown", "schema-unknown", 400, "Dit schemanummer is niet bekend."),
        ("schema.not_allowed", "schema-not-allowed", 400, "Dit schema mag niet op dit onderwerp."),
        ("avro.decode", "avro-decode", 400, "Het bericht is niet te lezen volgens zijn schema."),
        ("avro.trailing_bytes", "avro-trailing", 400, "Achter het bericht staan extra bytes."),
        ("avro.noncanonical", "avro-noncanonical", 400, "Het bericht is niet in de vaste vorm."),
        # JSON as text and as structure.
        ("json.syntax", "json", 400, "De tekst is geen geldige JSON."),
        ("json.encoding", "encoding", 400, "De tekst is geen geldige UTF-8."),
        ("json.depth", "json-depth", 400, "De JSON is te diep genest."),
        ("json.size", "json-size", 400, "De JSON heeft te veel onderdelen."),
        ("json.duplicate_key", "json-duplicate-key", 400, "Een naam komt dubbel voor."),
        ("json.number", "json-number", 400, "Dit getal is te groot of geen getal."),
        ("json.type", "type", 400, "De waarde heeft niet het juiste type."),
        ("json.missing_field", "missing-field", 400, "Dit verplichte veld ontbreekt."),
        ("json.unknown_field", "unknown-field", 400, "Dit veld bestaat niet."),
        ("cloudevent.attribute", "cloudevent-attribute", 400, "Dit attribuut is niet goed."),
        ("cloudevent.type", "event-type-unknown", 400, "Dit soort gebeurtenis is niet bekend."),
        # What is said.
        ("domain.enum", "enum", 400, "Deze waarde staat niet in de lijst."),
        ("domain.code", "code-list", 400, "Deze code staat niet in de codelijst."),
        ("domain.format", "format", 400, "De waarde heeft niet de juiste vorm."),
        ("domain.id", "id", 400, "Het kenmerk is geen UUID in kleine letters."),
        ("domain.source", "source", 400, "De bron heeft niet de vorm urn:nld:oin:…:systeem:…."),
        ("domain.region", "region", 400, "Deze regio bestaat niet."),
        ("domain.text", "control-characters", 400, "De tekst bevat stuurtekens."),
        ("domain.length", "too-long", 400, "De tekst is te lang."),
        ("domain.range", "range", 400, "Het getal of aantal ligt buiten de grenzen."),
        ("domain.refs", "refs", 400, "Een volgnummer is dubbel of wijst nergens naar."),
        ("domain.household", "household-required", 400, "Noem ten minste één persoon."),
        ("domain.duplicate_member", "duplicate-member", 400, "Dezelfde persoon staat er dubbel."),
        ("domain.time_future", "occurred-at-future", 400, "Het tijdstip ligt in de toekomst."),
        ("domain.time_old", "occurred-at-too-old", 400, "Het tijdstip ligt te ver terug."),
        ("domain.rule", "domain", 400, "De waarden spreken elkaar of de wet tegen."),
        ("domain.bsn", "bsn-invalid", 400, "Het burgerservicenummer is niet geldig."),
        ("domain.birth_date", "birth-date-invalid", 400, "De geboortedatum is niet geldig."),
        (
            "advice.personal_data",
            "advice-personal-data",
            400,
            "Een advies mag niet naar een persoon of adres leiden; het is niet bewaard.",
        ),
        # The sealed block.
        ("sealed.form", "sealed-form", 400, "Het verzegelde blok heeft niet de juiste vorm."),
        ("sealed.key_unknown", "sealed-key", 400, "De sleutel van het blok is niet (meer) bekend."),
        ("sealed.open", "sealed-open", 400, "Het verzegelde blok gaat niet open."),
        ("sealed.content", "sealed-content", 400, "De inhoud van het verzegelde blok klopt niet."),
        ("sealed.refs", "sealed-refs", 400, "Het verzegelde blok noemt een onbekend volgnummer."),
        # Who says it, and whether it was said before.
        ("authn.unknown", "unauthenticated", 401, "De afzender is niet bekend."),
        (
            "authz.source",
            "source-mismatch",
            403,
            "Deze afzender mag niet namens deze bron spreken.",
        ),
        ("authz.region", "region-mismatch", 403, "Deze afzender mag niet voor deze regio spreken."),
        ("authz.event", "event-not-granted", 403, "Deze afzender mag dit soort niet sturen."),
        ("dedup.conflict", "id-conflict", 409, "Dit kenmerk is al gebruikt voor iets anders."),
        # What the hub could not do with it.
        ("region.misplaced", "region-misplaced", 400, "Het bericht staat bij een andere regio."),
        ("region.not_open", "region-not-open", 400, "Deze regio is nog niet geopend."),
        ("clock.order", "clock-order", 400, "De dagen van de klok volgen elkaar niet op."),
        ("rules.unknown", "rules-unknown", 422, "Deze regel of parameter bestaat hier niet."),
        ("correction.source", "correction-source", 403, "Alleen de afzender zelf mag corrigeren."),
        ("link.pending_expired", "pending-expired", 400, "Waar dit bij hoort, is nooit gekomen."),
        (
            "stage.quarantined",
            "quarantined",
            500,
            "Op dit bericht liep de verwerking drie keer vast; het staat apart.",
        ),
        # The door itself; these never become dead letters.
        ("http.media_type", "media-type", 415, "Stuur JSON, zonder Content-Encoding."),
        ("http.too_many", "too-many-requests", 429, "Er komt te veel tegelijk; probeer het later."),
        ("http.timeout", "timeout", 408, "Het bericht kwam te langzaam binnen."),
        ("http.not_found", "not-found", 404, "Dit is er niet."),
        ("http.pii_in_uri", "pii-in-uri", 400, "Zet nooit een persoonsgegeven in het webadres."),
        ("http.unavailable", "unavailable", 503, "De hub kan dit nu niet opnemen; probeer later."),
    )
)
BY_HTTP_TYPE: Mapping[str, ProblemCode] = MappingProxyType(
    {problem.http_type: problem for problem in PROBLEM_CODES.values()}
)
