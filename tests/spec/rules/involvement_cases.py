"""Cases of the rules that relate episodes to what was done, and to each other."""

from __future__ import annotations

from tests.spec.rules.shape import Case, Line, done, signal, signals
from tests.support.casework import (
    case_step,
    feedback,
    handover,
    service,
)
from tests.support.journal import POLICE, assessed, registered

BEATEN = ("PHYSICAL_ABUSE",)
NEGLECTED = ("EMOTIONAL_NEGLECT",)
INSULTED = ("EMOTIONAL_ABUSE",)


def received(on: str, report_id: str = "report-1", of: str | None = None) -> Line:
    origin = None if of is None else (POLICE, of)
    words = f"melding {report_id} ontvangen" + (f" (van politienummer {of})" if of else "")
    return done(words, registered(on, f"r-{report_id}", report_id=report_id, of=origin))


def judged(on: str, report_id: str = "report-1") -> Line:
    return done(f"{report_id} beoordeeld", assessed(on, f"v-{report_id}", report_id=report_id))


SENT = done("overdracht aan lokaal team", handover("2025-01-01", "h"))
R03 = (
    Case(
        rule="R03",
        title="De dag van de overdracht zelf telt niet, de dag erna wel",
        lines=(SENT, *signals("2025-01-01", "2025-01-05")),
        levels=(None, "HIGH"),
    ),
    Case(
        rule="R03",
        title="Dag 180 telt nog mee",
        lines=(SENT, *signals("2025-06-30")),
        levels=("HIGH",),
    ),
    Case(
        rule="R03",
        title="Dag 181 telt niet meer mee",
        lines=(SENT, *signals("2025-07-01")),
        levels=(None,),
    ),
    Case(
        rule="R03",
        title="Een overdracht aan het netwerk telt, een aan MDA++ niet",
        lines=(
            done("overdracht aan MDA++", handover("2025-01-01", "h", to="MDA")),
            *signals("2025-02-01"),
            done("overdracht aan het netwerk", handover("2025-02-10", "i", to="CLIENT_NETWORK")),
            *signals("2025-03-01"),
        ),
        levels=(None, "HIGH"),
    ),
    Case(
        rule="R03",
        title="Een overdracht die als onveilig terugkomt is zelf een aanleiding",
        lines=(
            SENT,
            done("hulp begonnen", feedback("2025-01-20", "f", "HELP_STARTED")),
            done("onveilig terug", feedback("2025-02-20", "g", "RETURNED_UNSAFE")),
        ),
        at_events=(("2025-02-20", "HIGH"),),
    ),
)

R04 = (
    Case(
        rule="R04",
        title="De eerste dag van de monitoring telt, de dag ervoor niet",
        lines=(
            *signals("2025-01-31"),
            done("monitoring begint", case_step("2025-02-05", "s", "MONITORING_STARTED")),
            *signals("2025-02-05"),
        ),
        levels=(None, "HIGH"),
    ),
    Case(
        rule="R04",
        title="De dag waarop de monitoring eindigt telt niet meer",
        lines=(
            done("monitoring begint", case_step("2025-02-01", "s", "MONITORING_STARTED")),
            *signals("2025-02-27"),
            done("monitoring eindigt", case_step("2025-03-03", "e", "MONITORING_ENDED")),
            *signals("2025-03-03"),
        ),
        levels=("HIGH", None),
    ),
)

R05 = (
    Case(
        rule="R05",
        title="Een nieuw voorval terwijl een melding nog niet is beoordeeld",
        lines=(received("2025-01-06"), *signals("2025-01-10")),
        levels=(None, "ATTENTION"),
    ),
    Case(
        rule="R05",
        title="Op de vijfde werkdag is het nog aandacht, de dag erna hoog",
        lines=(received("2025-01-06"), *signals("2025-01-13", "2025-01-17")),
        levels=(None, "ATTENTION", "HIGH"),
    ),
    Case(
        rule="R05",
        title="Ernst 3 is meteen hoog, ernst 2 niet",
        lines=(
            received("2025-01-06"),
            *signals("2025-01-10", forms=NEGLECTED),
            *signals("2025-01-13", forms=BEATEN),
        ),
        levels=(None, "HIGH"),
    ),
    Case(
        rule="R05",
        title="Op de dag van de beoordeling wacht de melding niet meer",
        lines=(received("2025-01-06"), judged("2025-01-10"), *signals("2025-01-10")),
        levels=(None, None),
    ),
    Case(
        rule="R05",
        title="De melding van het voorval zelf telt niet",
        lines=(
            signal("2025-01-06 10:00", number="PL-1"),
            received("2025-01-06", of="PL-1"),
            *signals("2025-01-08"),
        ),
        levels=(None,),
    ),
    Case(
        rule="R05",
        title="Een dienst die nog niet is opgepakt wacht ook",
        lines=(
            received("2025-01-06"),
            judged("2025-01-08"),
            done("dienst geregistreerd", service("2025-01-08", "d")),
            *signals("2025-02-01"),
            done("dienst opgepakt", service("2025-02-10", "e", "PICKED_UP")),
            *signals("2025-02-10"),
        ),
        levels=(None, "ATTENTION", None),
    ),
)

R06 = (
    Case(
        rule="R06",
        title="De helft van de mediaan is een escalatie",
        lines=signals("2025-01-01", "2025-02-10", "2025-03-02"),
        levels=(None, None, "HIGH"),
    ),
    Case(
        rule="R06",
        title="Eén dag meer dan de helft niet",
        lines=signals("2025-01-01", "2025-02-10", "2025-03-03"),
        levels=(None, None, None),
    ),
    Case(
        rule="R06",
        title="Bij een even aantal tussentijden het midden van de middelste twee (10 en 21)",
        lines=signals("2025-01-01", "2025-01-11", "2025-02-01", "2025-02-08"),
        levels=(None, None, None, "HIGH"),
    ),
    Case(
        rule="R06",
        title="Acht dagen is meer dan de helft van 15,5",
        lines=signals("2025-01-01", "2025-01-11", "2025-02-01", "2025-02-09"),
        levels=(None, None, None, None),
    ),
    Case(
        rule="R06",
        title="Ernstiger dan alles daarvoor",
        lines=(
            *signals("2025-01-01", forms=NEGLECTED),
            *signals("2025-06-01", forms=BEATEN),
            *signals("2025-12-01", forms=BEATEN),
        ),
        levels=(None, "HIGH", None),
    ),
    Case(
        rule="R06",
        title="Zonder eerder bekende ernst is er geen toename",
        lines=(*signals("2025-01-01"), *signals("2025-06-01", forms=BEATEN)),
        levels=(None, None),
    ),
    Case(
        rule="R06",
        title="Een voorval van 366 dagen geleden telt niet meer mee",
        lines=(*signals("2025-01-01", forms=INSULTED), *signals("2026-01-02", forms=BEATEN)),
        levels=(None, None),
    ),
)

INVOLVEMENT = (*R03, *R04, *R05, *R06)
