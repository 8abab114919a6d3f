"""Problem answers (RFC 9457) in Dutch: what is wrong and where, never the value itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from http import HTTPStatus
from types import MappingProxyType
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from starlette.responses import JSONResponse

from schemas.problem_codes import PROBLEM_CODES, ProblemCode

if TYPE_CHECKING:
    from starlette.types import Scope

    from schemas.problem_codes import Violation

PROBLEM_JSON = "application/problem+json"
FAULTS_SHOWN_MAX = 100  # a body of nothing but mistakes must not earn an answer larger than itself


def _door(code: str, http_type: str, status: int, sentence: str) -> ProblemCode:
    return ProblemCode(code=code, http_type=http_type, http_status=status, sentence=sentence)


# What only the door itself can say; what an event can have wrong stands in schemas.problem_codes.
_DOOR: Mapping[str, ProblemCode] = MappingProxyType(
    {
        problem.code: problem
        for problem in (
            _door("http.invalid", "invalid-event", 400,
                  "De gebeurtenis is niet in orde; niets is bewaard. Zie 'fouten'."),
            _door("http.headers", "headers", 431, "De headers van het verzoek zijn te groot."),
            _door("http.query", "query", 400, "Deze API kent geen parameters in het webadres."),
            _door("http.remote", "remote", 403,
                  "Deze gateway neemt nu alleen verbindingen van dezelfde computer aan."),
            _door("http.method", "method-not-allowed", 405, "Deze methode kan hier niet."),
            _door("http.internal", "internal", 500,
                  "Er ging bij ons iets mis. Probeer het later opnieuw met hetzelfde id."),
            _door("http.database_away", "unavailable", 503,
                  "De hub kan nu niets bewaren. Er is niets aangenomen; probeer het straks "
                  "opnieuw met hetzelfde id."),
            _door("http.broker_away", "unavailable", 503,
                  "Het logboek is nu niet bereikbaar. Er is niets aangenomen; probeer het straks "
                  "opnieuw met hetzelfde id."),
            _door("http.outcome_unknown", "outcome-unknown", 503,
                  "Het is onzeker of het bericht is aangekomen. Probeer het opnieuw met hetzelfde "
                  "id: dan telt het precies één keer."),
            _door("http.region_not_open", "region-not-open", 503,
                  "Deze regio is nog niet geopend in de hub. Er is niets aangenomen; probeer het "
                  "later opnieuw met hetzelfde id."),
            _door("http.overloaded", "overloaded", 503,
                  "Het is nu te druk. Er is niets aangenomen; probeer het straks opnieuw met "
                  "hetzelfde id."),
        )
    }
)  # fmt: skip


def problem_of(code: str) -> ProblemCode:
    """Return the problem of a code; raises KeyError for one that is on no list."""
    return _DOOR[code] if code in _DOOR else PROBLEM_CODES[code]


def sentence_of(code: str) -> str:
    """Return what a dead letter's code means, also where a stage has a code of its own."""
    known = _DOOR.get(code) or PROBLEM_CODES.get(code)
    return "Niet te verwerken; vraag beheer om uitleg." if known is None else known.sentence


def every_problem() -> Iterator[ProblemCode]:
    """Yield every problem that the gateway can name, the door's own first."""
    yield from _DOOR.values()
    yield from PROBLEM_CODES.values()


def type_of(problem: ProblemCode) -> str:
    """Return the problem's `type`: an address of this API that explains it."""
    return f"/v1/problemen/{problem.http_type}"


def faults_json(faults: Sequence[Violation]) -> list[dict[str, str]]:
    """Return the mistakes as a sender reads them, in the order in which they were found."""
    return [
        {"pointer": fault.pointer, "code": fault.code, "melding": problem_of(fault.code).sentence}
        for fault in faults[:FAULTS_SHOWN_MAX]
    ]


def problem_response(
    scope: Scope,
    code: str,
    *,
    status: int | None = None,
    faults: Sequence[Violation] = (),
    headers: Mapping[str, str] | None = None,
) -> JSONResponse:
    """Return the answer for one problem; `instance` is the request's own id."""
    problem = problem_of(code)
    number = status or problem.http_status
    request_id = scope.get("radar.request_id") or uuid4()
    body: dict[str, Any] = {
        "type": type_of(problem),
        "title": _TITLES.get(number, HTTPStatus(number).phrase),
        "status": number,
        "detail": problem.sentence,
        "instance": f"urn:uuid:{request_id}",
        "code": problem.code,
    }
    if faults:
        body["fouten"] = faults_json(faults)
    return JSONResponse(body, status_code=number, headers=headers, media_type=PROBLEM_JSON)


_TITLES: Mapping[int, str] = MappingProxyType(
    {
        400: "Verzoek niet in orde",
        401: "Niet herkend",
        403: "Niet toegestaan",
        404: "Niet gevonden",
        405: "Methode niet toegestaan",
        408: "Te langzaam",
        409: "In strijd met wat er al is",
        413: "Te groot",
        415: "Soort inhoud niet mogelijk",
        429: "Te veel verzoeken",
        431: "Headers te groot",
        500: "Fout bij ons",
        503: "Nu niet beschikbaar",
    }
)
