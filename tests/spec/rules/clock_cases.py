"""Cases of the rules that watch what does not happen; they speak at the beginning of a day."""

from __future__ import annotations

from tests.spec.rules.involvement_cases import BEATEN, NEGLECTED, SENT, judged
from tests.spec.rules.shape import Case, done, signals
from tests.support.casework import (
    case_step,
    contact,
    feedback,
    handover,
    moment,
    moved,
    transferred,
)
from tests.support.journal import registered

GRAVE = done("melding met ernst 3 ontvangen", registered("2025-01-06", "r", forms=BEATEN))
LIGHT = done("melding met ernst 2 ontvangen", registered("2025-01-06", "r", forms=NEGLECTED))

R12 = (
    Case(
        rule="R12",
        title="De dag na vijf en nog eens vijf werkdagen",
        lines=(GRAVE,),
        on_days=(("2025-01-20", None), ("2025-01-21", "HIGH"), ("2026-01-21", "HIGH")),
    ),
    Case(
        rule="R12",
        title="Feestdagen en weekeinden zijn geen werkdagen",
        lines=(done("melding", registered("2025-04-17", "r", forms=BEATEN)),),
        on_days=(("2025-05-06", None), ("2025-05-07", "HIGH")),
    ),
    Case(rule="R12", title="Ernst 2 niet", lines=(LIGHT,), on_days=(("2025-03-01", None),)),
    Case(
        rule="R12",
        title="Tot de dag van de beoordeling",
        lines=(GRAVE, judged("2025-02-03")),
        on_days=(("2025-02-02", "HIGH"), ("2025-02-03", None)),
    ),
    Case(
        rule="R12",
        title="Contact met een betrokkene of ouder vanaf de ontvangst telt",
        lines=(GRAVE, done("ouder bereikt", contact("2025-01-06", "c", "PARENT_OF_SUBJECT"))),
        on_days=(("2025-01-21", None),),
    ),
    Case(
        rule="R12",
        title="Contact van daarvóór, met de melder, zonder succes of in een andere zaak niet",
        lines=(
            done("betrokkene bereikt", contact("2025-01-05", "c")),
            GRAVE,
            done("melder bereikt", contact("2025-01-08", "d", "REPORTER")),
            done("betrokkene niet bereikt", contact("2025-01-09", "e", reached=False)),
            done("betrokkene bereikt, andere zaak", contact("2025-01-10", "f", case_id="case-2")),
        ),
        on_days=(("2025-01-21", "HIGH"),),
    ),
)

OPENED = done("zaak geopend", case_step("2025-01-06", "o", "OPENED"))
LEFT = done("verhuisd, regio uit", moved("2025-02-03", "m", left=True))
R13 = (
    Case(
        rule="R13",
        title="De dag na tien werkdagen",
        lines=(OPENED, LEFT),
        on_days=(("2025-02-17", None), ("2025-02-18", "HIGH")),
    ),
    Case(
        rule="R13",
        title="Een zaak begint ook met haar eerste melding",
        lines=(done("melding", registered("2025-01-06", "r")), LEFT),
        on_days=(("2025-02-18", "HIGH"),),
    ),
    Case(
        rule="R13",
        title="Binnen de regio verhuizen telt niet",
        lines=(OPENED, done("verhuisd", moved("2025-02-03", "m"))),
        on_days=(("2025-03-01", None),),
    ),
    Case(
        rule="R13",
        title="Een zaak die op de dag van verhuizen dicht was telt niet",
        lines=(
            OPENED,
            done("zaak gesloten", case_step("2025-02-03", "c", "CLOSED")),
            LEFT,
            done("zaak heropend", case_step("2025-02-10", "p", "REOPENED")),
        ),
        on_days=(("2025-03-01", None),),
    ),
    Case(
        rule="R13",
        title="Tot de dag van overdragen",
        lines=(OPENED, LEFT, done("zaak overgedragen", transferred("2025-03-03", "t"))),
        on_days=(("2025-03-02", "HIGH"), ("2025-03-03", None)),
    ),
    Case(
        rule="R13",
        title="Zolang de zaak openstaat",
        lines=(
            OPENED,
            LEFT,
            done("zaak gesloten", case_step("2025-03-03", "c", "CLOSED")),
            done("zaak heropend", case_step("2025-04-01", "p", "REOPENED")),
        ),
        on_days=(("2025-03-02", "HIGH"), ("2025-03-03", None), ("2025-04-01", "HIGH")),
    ),
)

R16 = (
    Case(
        rule="R16",
        title="De dag na tien werkdagen",
        lines=(SENT,),
        on_days=(("2025-01-15", None), ("2025-01-16", "INFO")),
    ),
    Case(
        rule="R16",
        title="De afgesproken dag gaat voor",
        lines=(
            done("overdracht, uiterlijk 2025-03-01", handover("2025-01-01", "h", due="2025-03-01")),
        ),
        on_days=(("2025-03-01", None), ("2025-03-02", "INFO")),
    ),
    Case(
        rule="R16",
        title="Tot de dag van enige terugkoppeling",
        lines=(SENT, done("geen contact gekregen", feedback("2025-02-03", "f", "NO_CONTACT"))),
        on_days=(("2025-02-02", "INFO"), ("2025-02-03", None)),
    ),
    Case(
        rule="R16",
        title="Een overdracht aan het netwerk vraagt geen terugkoppeling",
        lines=(done("overdracht", handover("2025-01-01", "h", to="CLIENT_NETWORK")),),
        on_days=(("2025-03-01", None),),
    ),
)

BEFORE = signals("2025-01-01", forms=BEATEN)
R18 = (
    Case(
        rule="R18",
        title="Gemist na een voorval met ernst 3",
        lines=(*BEFORE, done("moment 1 gemist", moment("2025-04-01", "m", "MISSED"))),
        on_days=(("2025-04-02", "ATTENTION"),),
    ),
    Case(
        rule="R18",
        title="Veertien dagen na de geplande dag nog niet, de dag erna wel",
        lines=(*BEFORE, done("moment 1 gepland", moment("2025-04-01", "m", "PLANNED"))),
        on_days=(("2025-04-15", None), ("2025-04-16", "ATTENTION")),
    ),
    Case(
        rule="R18",
        title="De laatste versie van een moment telt",
        lines=(
            *BEFORE,
            done("moment 1 gemist", moment("2025-04-01", "m", "MISSED")),
            done("moment 1 gehouden", moment("2025-04-20", "n", "HELD")),
        ),
        on_days=(("2025-06-01", None),),
    ),
    Case(
        rule="R18",
        title="Na een lichter laatste voorval niet",
        lines=(
            *BEFORE,
            *signals("2025-03-31", forms=NEGLECTED),
            done("moment 1 gemist", moment("2025-04-01", "m", "MISSED")),
        ),
        on_days=(("2025-06-01", None),),
    ),
    Case(
        rule="R18",
        title="Een voorval na de geplande dag telt niet",
        lines=(
            done("moment 1 gemist", moment("2025-04-01", "m", "MISSED")),
            *signals("2025-04-05", forms=BEATEN),
        ),
        on_days=(("2025-06-01", None),),
    ),
)

CLOCK = (*R12, *R13, *R16, *R18)
