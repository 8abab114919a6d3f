"""What a timeline row says of an event, in Dutch: codes, days and flags, never an identity; pure.

Driven by the `.avsc` alone, so that a new partner event stands on the timeline without code here:
labels of codes come from the code lists, the label of a field from `_LABELS` or else its `doc`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from functools import cache
from typing import Any

from schemas.code_lists import ENUM_LISTS, enum_label, label
from schemas.codec import named_types
from schemas.events import EVENT_TYPES
from streams.household.terms import AMSTERDAM

Renderer = Callable[[Any], str | None]
Detail = dict[str, str]

_HIDDEN_FIELDS = frozenset({"meta", "sealed_persons"})
_SHOWN_FORMATS = frozenset({None, "code", "municipality"})
"""Other formats hold numbers of cases, people or organisations: the timeline shows none of them."""

_LABELS: Mapping[str, str] = {
    "acute": "Acuut",
    "acute_unsafe": "Acuut onveilig",
    "address": "Adres",
    "agenda_requested": "Overleg gevraagd",
    "answered_on": "Beantwoord op",
    "arrested": "Aangehouden",
    "ban_considered": "Huisverbod overwogen",
    "because_of_child_abuse": "Vanwege kindermishandeling",
    "channel": "Kanaal",
    "charges_filed": "Aangifte gedaan",
    "child": "Kind",
    "children_involved": "Kinderen betrokken",
    "codes": "Overgedragen aan",
    "completed_on": "Afgerond op",
    "contacted_on": "Contact op",
    "content": "Inhoud",
    "direction": "Richting",
    "earlier_reports": "Eerdere meldingen",
    "effective_on": "Ingangsdatum",
    "ends_at": "Eindigt",
    "feedback_due_on": "Terugkoppeling vóór",
    "forms": "Vorm geweld",
    "from_address": "Vorig adres",
    "held_on": "Gehouden op",
    "incident_address": "Plaats voorval",
    "incident_on": "Datum voorval",
    "informed_on": "Geïnformeerd op",
    "kind": "Soort",
    "known": "Bekend",
    "last_contact_on": "Laatste contact",
    "left_region": "Regio verlaten",
    "life_domains": "Leefgebieden",
    "measure": "Maatregel",
    "moment_no": "Moment",
    "multi_problem": "Meervoudige problematiek",
    "municipality": "Gemeente",
    "nature": "Aard geweld",
    "outcome": "Uitkomst",
    "party": "Partij",
    "person": "Persoon",
    "persons": "Betrokkenen",
    "planned_on": "Gepland op",
    "postponed_until": "Uitgesteld tot",
    "protected_persons": "Beschermde personen",
    "reached": "Bereikt",
    "reason_code": "Reden",
    "reasons": "Aanleiding",
    "received_on": "Ontvangen op",
    "red_flags": "Rode vlaggen",
    "removed_person": "Uithuisgeplaatste",
    "repeat_kind": "Eerdere betrokkenheid",
    "reported_on": "Gemeld op",
    "reporter_keeps_helping": "Melder blijft betrokken",
    "reporter_known_to_subjects": "Melder bekend bij betrokkenen",
    "reporter_role": "Rol melder",
    "reporter_sector": "Hoedanigheid melder",
    "result": "Resultaat",
    "result_codes": "Resultaat onderzoek",
    "role": "Rol",
    "running_service": "Lopende dienst",
    "safe_enough": "Veilig genoeg",
    "safety_concern": "Zorg over veiligheid",
    "safety_conditions": "Veiligheidsvoorwaarden",
    "sash_level": "SASH-niveau",
    "seen_on": "Gezien op",
    "sent_on": "Verzonden op",
    "service": "Dienst",
    "source_kind": "Gevraagd bij",
    "sources_used": "Geraadpleegde bronnen",
    "status": "Status",
    "status_at": "Tijdstip status",
    "status_on": "Datum status",
    "structurally_unsafe": "Structureel onveilig",
    "subjects_informed": "Betrokkenen ingelicht",
    "to_address": "Nieuw adres",
    "to_kind": "Overgedragen naar",
    "transferred_on": "Overgedragen op",
    "valid_from": "Geldig vanaf",
}


def details(record_name: str, record: Mapping[str, Any]) -> list[Detail]:
    """Return label and value of each filled-in field that may be shown, in the schema's order."""
    shown: list[Detail] = []
    for name, title, render in _renderers(record_name):
        value = record.get(name)
        text = None if value is None else render(value)
        if text:
            shown.append({"label": title, "value": text})
    return shown


@cache
def _renderers(record_name: str) -> tuple[tuple[str, str, Renderer], ...]:
    schema = EVENT_TYPES[record_name].schema
    named = named_types(schema)
    found = []
    for field in schema["fields"]:
        if field["name"] in _HIDDEN_FIELDS or field.get("format") not in _SHOWN_FORMATS:
            continue
        render = _renderer(field["type"], field, named)
        if render is not None:
            found.append((field["name"], _title(field), render))
    return tuple(found)


def _title(field: Mapping[str, Any]) -> str:
    """Return the short label, or else the first clause of the field's description."""
    return _LABELS.get(field["name"]) or re.split(r"[.;:(?]", field["doc"])[0].strip()


def _renderer(
    avro: Any, field: Mapping[str, Any], named: Mapping[str, Mapping[str, Any]]
) -> Renderer | None:
    if isinstance(avro, list):
        return _renderer(next(t for t in avro if t != "null"), field, named)
    if isinstance(avro, str) and avro in named:
        avro = named[avro]
    kind = avro if isinstance(avro, str) else avro.get("logicalType", avro["type"])
    if kind == "array":
        return _listed(_renderer(avro["items"], field, named))
    if kind == "enum":
        return _enum(avro["name"])
    if kind == "record":
        return {"PersonMention": _person, "AddressMention": _address}.get(avro["name"])
    if kind == "string":
        return _code(field)
    return _SIMPLE.get(kind)


def _listed(render: Renderer | None) -> Renderer | None:
    if render is None:
        return None

    def listed(values: Iterable[Any]) -> str | None:
        texts = [text for text in map(render, values) if text]
        return "; ".join(texts) or None

    return listed


def _enum(name: str) -> Renderer:
    if name not in ENUM_LISTS:
        return str
    return lambda symbol: None if symbol == "UNKNOWN" else enum_label(name, symbol)


def _code(field: Mapping[str, Any]) -> Renderer | None:
    """Return how a string is shown: by its list; a bare code as it is; other text never."""
    list_name = "municipality" if field.get("format") == "municipality" else field.get("code_list")
    if list_name is not None:
        return lambda code: label(list_name, code)
    return str if field.get("format") == "code" else None


def _person(person: Mapping[str, Any]) -> str:
    role = enum_label("PersonRole", person["role"])
    if person["age_class"] == "UNKNOWN":
        return role
    return f"{role} ({enum_label('AgeClass', person['age_class'])})"


def _address(address: Mapping[str, Any]) -> str:
    municipality = label("municipality", address["municipality"])
    if address["kind"] == "UNKNOWN":
        return municipality
    return f"{municipality} ({enum_label('AddressKind', address['kind'])})"


def _day(value: date) -> str:
    return f"{value:%d-%m-%Y}"


def _instant(value: datetime) -> str:
    return f"{value.astimezone(AMSTERDAM):%d-%m-%Y %H:%M}"


def _yes_or_no(value: bool) -> str:
    return "ja" if value else "nee"


_SIMPLE: Mapping[str, Renderer] = {
    "boolean": _yes_or_no,
    "date": _day,
    "int": str,
    "long": str,
    "timestamp-millis": _instant,
}
