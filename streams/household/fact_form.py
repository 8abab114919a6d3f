"""The stored form of facts: short lists instead of objects, every repeated text once.

A household's state is read and written with each of its events, so its size is its price.
"""

from __future__ import annotations

import json
from binascii import a2b_base64, b2a_base64
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import lru_cache
from json.encoder import encode_basestring
from operator import attrgetter
from typing import Any, NamedTuple, cast

from streams.household.facts import (
    Answer,
    Assessment,
    CaseStep,
    Contact,
    Fact,
    Feedback,
    Handover,
    MdaStep,
    MonitoringMoment,
    Move,
    OrderStep,
    Person,
    Registration,
    Report,
    Seen,
    ServiceStep,
    Sighting,
    Transfer,
    Written,
)
from streams.household.journal_event import EventKey
from streams.household.severity import NO_MARKS, Marks

# What a field holds when it says nothing; at the end of a list it is left out.
ABSENT = 0
NOTHING = str(ABSENT)
NOT_A_UUID = "="
UUID_LENGTH = 36

Form = int | str | Sequence["Form"]


as_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


class Texts(dict[str, int]):
    """The texts of one state by number, from 1 on: in the order in which they are asked for."""

    def __missing__(self, text: str) -> int:
        """Give a new text the next number."""
        number = self[text] = len(self) + 1
        return number

    def fill(self, known: Sequence[Written]) -> str:
        """Return the JSON of several things with the numbers of their texts."""
        numbers = tuple([self[text] for part in known for text in part.texts])
        return ",".join([part.template for part in known]) % numbers

    def as_json(self) -> str:
        """Return the list of the texts; number 1 stands first."""
        return f"[{','.join(map(encode_basestring, self))}]"


class _Field(NamedTuple):
    name: str
    write: Callable[[Any, list[str]], str]
    """Returns the JSON of a value with a `%d` for each text, which it adds to the list."""
    read: Callable[[Form, Sequence[str]], object]


def written(fact: Fact) -> Written:
    """Return a fact's JSON, ready for the numbers of its texts; worked out once for each fact.

    A list: its kind, whose event it is, when it counts, what it says.
    """
    if fact.written is not None:
        return fact.written
    form = _FORMS[type(fact)]
    texts = [fact.key.source]
    said = [str(fact.at_ms)]
    said += [
        field.write(value, texts)
        for field, value in zip(form.fields, form.values(fact), strict=True)
    ]
    while said and said[-1] == NOTHING:
        said.pop()
    event_id = template(short_id(fact.key.event_id))
    known = Written(f"[{','.join((form.head, event_id, *said))}]", tuple(texts))
    object.__setattr__(fact, "written", known)
    return known


def template(text: str) -> str:
    """Return a text's JSON as a part of a template."""
    return as_json(text).replace("%", "%%")


def fact_of_form(said: Sequence[Form], texts: Sequence[str]) -> Fact:
    """Return the fact of a list; `texts` begin with the text of number 1."""
    kind = _KINDS[cast("str", said[0])]
    key = EventKey(texts[cast("int", said[1]) - 1], long_id(cast("str", said[2])))
    values: dict[str, object] = {
        field.name: field.read(value, texts)
        for field, value in zip(kind.fields, said[4:], strict=False)
    }
    for field in kind.fields[len(said) - 4 :]:
        values[field.name] = field.read(ABSENT, texts)
    return kind.make(key=key, at_ms=said[3] if len(said) > 3 else ABSENT, **values)


# A large household's findings cite the same events again and again.
@lru_cache(maxsize=16_384)
def short_id_as_json(event_id: str) -> str:
    """Return the short form of an id as JSON."""
    return as_json(short_id(event_id))


def short_id(event_id: str) -> str:
    """Return an id in 22 letters when it is a UUID in its usual form, marked when it is not."""
    if len(event_id) == UUID_LENGTH:
        try:
            raw = bytes.fromhex(event_id.replace("-", ""))
        except ValueError:
            return NOT_A_UUID + event_id
        if _dashed(raw) == event_id:
            return b2a_base64(raw, newline=False)[:22].decode()
    return NOT_A_UUID + event_id


def long_id(short: str) -> str:
    """Return the id of which `short_id` gave the short form."""
    if short.startswith(NOT_A_UUID):
        return short[1:]
    return _dashed(a2b_base64(short + "=="))


def _dashed(raw: bytes) -> str:
    digits = raw.hex()
    if len(raw) * 2 != UUID_LENGTH - 4:
        return digits
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


def _text(name: str) -> _Field:
    return _Field(
        name, _write_text, lambda form, texts: texts[cast("int", form) - 1] if form else None
    )


def _write_text(value: str | None, texts: list[str]) -> str:
    if value is None:
        return NOTHING
    texts.append(value)
    return "%d"


def _texts(name: str) -> _Field:
    return _Field(
        name,
        lambda value, texts: _write_texts(value, texts) if value else NOTHING,
        lambda form, texts: tuple(texts[number - 1] for number in _list(form)),
    )


def _write_texts(values: Sequence[str], texts: list[str]) -> str:
    texts += values
    return f"[{','.join(['%d'] * len(values))}]"


def _number(name: str) -> _Field:
    return _Field(name, lambda value, _: str(value), lambda form, _: form)


def _flag(name: str) -> _Field:
    return _Field(name, lambda value, _: "1" if value else NOTHING, lambda form, _: bool(form))


def _day(name: str) -> _Field:
    return _Field(
        name,
        lambda value, _: str(value.toordinal()) if value else NOTHING,
        lambda form, _: date.fromordinal(cast("int", form)) if form else None,
    )


def _marks(name: str) -> _Field:
    return _Field(name, _write_marks, _read_marks)


def _write_marks(marks: Marks, texts: list[str]) -> str:
    if not marks:
        return NOTHING
    lists = [_write_texts(codes, texts) for codes in (marks.flags, marks.forms, marks.natures)]
    return f"[{','.join((*lists, _write_text(marks.sash, texts)))}]"


def _read_marks(form: Form, texts: Sequence[str]) -> Marks:
    if not form:
        return NO_MARKS
    *lists, sash = cast("tuple[list[int], list[int], list[int], int]", form)
    flags, forms, natures = (tuple(texts[number - 1] for number in one) for one in lists)
    return Marks(flags=flags, forms=forms, natures=natures, sash=texts[sash - 1] if sash else None)


def _people(name: str) -> _Field:
    return _Field(name, _write_people, _read_people)


def _write_people(people: Sequence[Person], texts: list[str]) -> str:
    if not people:
        return NOTHING
    texts += [person.pid for person in people]
    return f"[{','.join(['%d,' + template(''.join(one.seen_as)) for one in people])}]"


def _read_people(form: Form, texts: Sequence[str]) -> tuple[Person, ...]:
    parts = cast("list[int | str]", form or [])
    return tuple(
        Person(pid=texts[cast("int", number) - 1], seen_as=tuple(map(Seen, cast("str", letters))))
        for number, letters in zip(parts[::2], parts[1::2], strict=True)
    )


def _list(form: Form) -> list[int]:
    return cast("list[int]", form or [])


class _FactForm:
    """The form of one kind of fact."""

    def __init__(self, letter: str, make: type[Fact], *fields: _Field) -> None:
        self.letter = letter
        self.head = f'"{letter}",%d'
        self.fields = fields
        self.make = cast("Callable[..., Fact]", make)
        self._get = attrgetter("key", *(field.name for field in fields))

    def values(self, fact: Fact) -> tuple[object, ...]:
        """Return the values of the fields, in order."""
        values: tuple[object, ...] = self._get(fact)
        return values[1:]


_SAID = (_marks("marks"), _people("people"))
_HELP = (_texts("life_domains"), _texts("organisations"))
_FORMS: Mapping[type[Fact], _FactForm] = {
    Report: _FactForm("S", Report, _text("sector"), _flag("is_police"), _text("reference"), *_SAID),
    Registration: _FactForm(
        "R",
        Registration,
        _text("sector"),
        _text("report_id"),
        _text("case_id"),
        _text("reference"),
        _flag("children_involved"),
        *_SAID,
    ),
    Assessment: _FactForm("A", Assessment, _text("report_id"), _marks("marks"), *_HELP),
    ServiceStep: _FactForm(
        "D", ServiceStep, _text("service_id"), _text("status"), _text("report_id")
    ),
    Handover: _FactForm(
        "H", Handover, _text("handover_id"), _text("to_kind"), _day("feedback_due_on")
    ),
    Feedback: _FactForm("F", Feedback, _text("handover_id"), _text("status")),
    CaseStep: _FactForm("C", CaseStep, _text("case_id"), _text("status"), _number("said_ms")),
    Transfer: _FactForm("T", Transfer, _text("case_id"), _flag("is_out")),
    Contact: _FactForm("B", Contact, _text("case_id"), _flag("with_family")),
    MonitoringMoment: _FactForm(
        "M",
        MonitoringMoment,
        _text("case_id"),
        _number("moment_no"),
        _text("status"),
        _number("position"),
    ),
    OrderStep: _FactForm("O", OrderStep, _text("order_id"), _text("status"), _text("removed")),
    MdaStep: _FactForm("X", MdaStep, _text("mda_id"), _text("status"), _number("said_ms"), *_HELP),
    Move: _FactForm("V", Move, _flag("left_region")),
    Answer: _FactForm("K", Answer, _flag("known_elsewhere")),
    Sighting: _FactForm("E", Sighting, _text("pid"), _flag("by_order")),
}
_KINDS: Mapping[str, _FactForm] = {form.letter: form for form in _FORMS.values()}
