"""What the state machines should make of a household's steps: arrows of the process, and others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tests.support.case_journal import step
from tests.support.journal import Said, corrected

Steps = Sequence[Said]


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """`state` is that of case Z1, order H1 or registration A1; `wrong` are its codes, in order."""

    title: str
    steps: Steps
    state: str
    wrong: Sequence[str] = ()


REPORT = step("REPORT", "2025-03-03")
ASSESSED = step("ASSESSED", "2025-03-07")
HANDOVER = step("HANDOVER", "2025-03-10")
TO_SERVICE = step("ASSESSED", "2025-03-07", outcome="INVESTIGATION")
REGISTERED = step("SERVICE", "2025-03-07")
PICKED_UP = step("SERVICE", "2025-03-20", status="PICKED_UP")
COMPLETED = step("SERVICE", "2025-05-20", status="COMPLETED")
SERVED = (REPORT, TO_SERVICE, REGISTERED, PICKED_UP, COMPLETED)
MONITORED = (REPORT, ASSESSED, HANDOVER, step("MONITORING", "2025-03-20"))
CLOSED = step("CLOSED", "2025-06-01")


def outcome(code: str) -> Said:
    return step("ASSESSED", "2025-03-07", outcome=code)


OUTCOMES = (
    ("NO_FOLLOW_UP", "NO_FOLLOW_UP"),
    ("HANDOVER_PROFESSIONAL", "HANDOVER_DUE"),
    ("HANDOVER_CLIENT_NETWORK", "HANDOVER_DUE"),
    ("CONDITIONS_AND_FOLLOW_UP", "SERVICE_WAITING"),
    ("INVESTIGATION", "SERVICE_WAITING"),
    ("REQUEST_TO_CHILD_PROTECTION_BOARD", "BOARD_ASKED"),
    ("CONVERTED_TO_ADVICE", "CONVERTED_TO_ADVICE"),
    ("TRANSFERRED_TO_OTHER_VT", "TRANSFERRED_OUT"),
    ("NOT_ADMISSIBLE", "NOT_ADMISSIBLE"),
    ("MISADDRESSED", "MISADDRESSED"),
    ("REGIONAL_CUSTOM", "ASSESSED"),
    ("UNKNOWN", "ASSESSED"),
)

CASES = (
    Case(title="een zaak is geopend", steps=(step("OPENED", "2025-03-03"),), state="RECEIVED"),
    Case(title="een melding wordt beoordeeld", steps=(REPORT,), state="IN_ASSESSMENT"),
    Case(
        title="openen na de melding verandert niets",
        steps=(REPORT, step("OPENED", "2025-03-04")),
        state="IN_ASSESSMENT",
    ),
    *(
        Case(title=f"uitkomst {code}", steps=(REPORT, outcome(code)), state=state)
        for code, state in OUTCOMES
    ),
    Case(title="overgedragen", steps=(REPORT, ASSESSED, HANDOVER), state="HANDOVER_SENT"),
    Case(title="dienst wacht", steps=SERVED[:3], state="SERVICE_WAITING"),
    Case(title="dienst loopt", steps=SERVED[:4], state="SERVICE_ACTIVE"),
    Case(title="dienst afgerond", steps=SERVED, state="SERVICE_DONE"),
    Case(
        title="dienst afgebroken",
        steps=(*SERVED[:3], step("SERVICE", "2025-04-01", status="ABORTED")),
        state="SERVICE_DONE",
    ),
    Case(
        title="overgedragen na een dienst",
        steps=(*SERVED, step("HANDOVER", "2025-05-25")),
        state="HANDOVER_SENT",
    ),
    Case(title="monitoring loopt", steps=MONITORED, state="MONITORING"),
    Case(
        title="monitoring beëindigd en gesloten",
        steps=(*MONITORED, step("MONITORED", "2026-03-20"), step("CLOSED", "2026-03-20")),
        state="CLOSED",
    ),
    Case(
        title="onveilig tijdens monitoring: opnieuw beoordeeld",
        steps=(*MONITORED, step("ASSESSED", "2025-06-20", outcome="INVESTIGATION")),
        state="SERVICE_WAITING",
    ),
    Case(
        title="een vervolgmelding wordt eerst beoordeeld",
        steps=(*SERVED[:4], step("REPORT", "2025-04-01", report_id="M2")),
        state="IN_ASSESSMENT",
    ),
    Case(
        title="een vervolgmelding zonder vervolg laat de dienst lopen",
        steps=(
            *SERVED[:4],
            step("REPORT", "2025-04-01", report_id="M2"),
            step("ASSESSED", "2025-04-05", report_id="M2", outcome="NO_FOLLOW_UP"),
        ),
        state="SERVICE_ACTIVE",
    ),
    Case(
        title="een dienst die eindigt tijdens een nieuwe beoordeling",
        steps=(
            *SERVED,
            step("REPORT", "2025-05-01", report_id="M2"),
            step("ASSESSED", "2025-06-01", report_id="M2", outcome="NO_FOLLOW_UP"),
        ),
        state="SERVICE_DONE",
    ),
    Case(
        title="heropend",
        steps=(REPORT, ASSESSED, HANDOVER, CLOSED, step("REOPENED", "2025-06-03")),
        state="REOPENED",
    ),
    Case(
        title="overgenomen uit een andere regio",
        steps=(step("TRANSFER", "2025-03-03", direction="IN"), REPORT),
        state="IN_ASSESSMENT",
    ),
    Case(
        title="overgedragen aan een andere regio",
        steps=(REPORT, step("TRANSFER", "2025-03-04")),
        state="TRANSFERRED_OUT",
    ),
    Case(
        title="stappen van één dag in de volgorde van het proces",
        steps=(
            step("CLOSED", "2025-03-03 08:00"),
            step("HANDOVER", "2025-03-03 09:00"),
            step("ASSESSED", "2025-03-03 10:00"),
            step("REPORT", "2025-03-03 11:00"),
        ),
        state="CLOSED",
    ),
    Case(
        title="sluiten en heropenen op één dag",
        steps=(
            REPORT,
            ASSESSED,
            HANDOVER,
            CLOSED,
            step("REOPENED", "2025-06-01"),
        ),
        state="REOPENED",
    ),
    Case(
        title="een ingetrokken sluiting telt niet",
        steps=(REPORT, ASSESSED, HANDOVER, CLOSED, corrected("2025-06-02", "k1", CLOSED)),
        state="HANDOVER_SENT",
    ),
    # What the process does not allow is kept, and has a code.
    Case(
        title="twee keer geopend",
        steps=(step("OPENED", "2025-03-03"), step("OPENED", "2025-03-04")),
        state="RECEIVED",
        wrong=("OPENED_AGAIN",),
    ),
    Case(
        title="geopend na het einde",
        steps=(REPORT, ASSESSED, CLOSED, step("OPENED", "2025-06-02")),
        state="CLOSED",
        wrong=("OPENED_AFTER_END",),
    ),
    Case(
        title="overgenomen terwijl de zaak liep",
        steps=(REPORT, step("TRANSFER", "2025-03-04", direction="IN")),
        state="IN_ASSESSMENT",
        wrong=("TRANSFERRED_IN_RUNNING",),
    ),
    Case(
        title="melding in een gesloten zaak",
        steps=(REPORT, ASSESSED, CLOSED, step("REPORT", "2025-07-01", report_id="M2")),
        state="IN_ASSESSMENT",
        wrong=("REPORT_IN_ENDED_CASE",),
    ),
    Case(
        title="beoordeling zonder melding",
        steps=(ASSESSED,),
        state="HANDOVER_DUE",
        wrong=("ASSESSMENT_WITHOUT_REPORT",),
    ),
    Case(
        title="twee keer beoordeeld",
        steps=(REPORT, ASSESSED, step("ASSESSED", "2025-03-08", outcome="INVESTIGATION")),
        state="SERVICE_WAITING",
        wrong=("ASSESSED_AGAIN",),
    ),
    Case(
        title="dienst zonder besluit",
        steps=(REPORT, ASSESSED, REGISTERED),
        state="SERVICE_WAITING",
        wrong=("SERVICE_WITHOUT_DECISION",),
    ),
    Case(
        title="dienst twee keer geregistreerd",
        steps=(*SERVED[:4], step("SERVICE", "2025-03-25")),
        state="SERVICE_ACTIVE",
        wrong=("SERVICE_REGISTERED_AGAIN",),
    ),
    Case(
        title="dienst zonder start",
        steps=(REPORT, TO_SERVICE, PICKED_UP),
        state="SERVICE_ACTIVE",
        wrong=("SERVICE_NOT_REGISTERED",),
    ),
    Case(
        title="dienst afgerond zonder te zijn opgepakt",
        steps=(*SERVED[:3], COMPLETED),
        state="SERVICE_DONE",
        wrong=("SERVICE_NOT_PICKED_UP",),
    ),
    Case(
        title="dienst twee keer opgepakt",
        steps=(*SERVED[:4], step("SERVICE", "2025-03-25", status="PICKED_UP")),
        state="SERVICE_ACTIVE",
        wrong=("SERVICE_PICKED_UP_AGAIN",),
    ),
    Case(
        title="dienst opgepakt na het einde",
        steps=(*SERVED, step("SERVICE", "2025-05-25", status="PICKED_UP")),
        state="SERVICE_DONE",
        wrong=("SERVICE_ENDED_BEFORE",),
    ),
    Case(
        title="overdracht zonder beoordeling",
        steps=(REPORT, HANDOVER),
        state="IN_ASSESSMENT",
        wrong=("HANDOVER_WITHOUT_ASSESSMENT",),
    ),
    Case(
        title="terugkoppeling vóór de overdracht",
        steps=(REPORT, ASSESSED, HANDOVER, step("FEEDBACK", "2025-03-08")),
        state="HANDOVER_SENT",
        wrong=("FEEDBACK_BEFORE_HANDOVER",),
    ),
    Case(
        title="terugkoppeling op een ingetrokken overdracht",
        steps=(
            REPORT,
            ASSESSED,
            HANDOVER,
            step("FEEDBACK", "2025-03-12"),
            corrected("2025-03-13", "k1", HANDOVER),
        ),
        state="HANDOVER_DUE",
        wrong=("FEEDBACK_WITHOUT_HANDOVER",),
    ),
    Case(
        title="monitoring zonder overdracht",
        steps=(REPORT, ASSESSED, step("MONITORING", "2025-03-20")),
        state="MONITORING",
        wrong=("MONITORING_WITHOUT_HANDOVER",),
    ),
    Case(
        title="monitoring beëindigd zonder begin",
        steps=(REPORT, ASSESSED, step("MONITORED", "2025-03-20")),
        state="MONITORING_ENDED",
        wrong=("MONITORING_NOT_STARTED",),
    ),
    Case(
        title="contactmoment buiten monitoring",
        steps=(REPORT, ASSESSED, step("MOMENT", "2025-03-20")),
        state="HANDOVER_DUE",
        wrong=("MOMENT_OUTSIDE_MONITORING",),
    ),
    Case(
        title="gesloten tijdens de beoordeling",
        steps=(REPORT, CLOSED),
        state="CLOSED",
        wrong=("CLOSED_WHILE_ASSESSING",),
    ),
    Case(
        title="gesloten met een lopende dienst",
        steps=(*SERVED[:4], CLOSED),
        state="CLOSED",
        wrong=("CLOSED_WITH_SERVICE",),
    ),
    Case(
        title="een onbekende zaak gesloten",
        steps=(CLOSED,),
        state="CLOSED",
        wrong=("CLOSED_UNKNOWN_CASE",),
    ),
    Case(
        title="twee keer gesloten",
        steps=(REPORT, ASSESSED, CLOSED, step("CLOSED", "2025-06-02")),
        state="CLOSED",
        wrong=("CLOSED_AGAIN",),
    ),
    Case(
        title="heropend terwijl de zaak open was",
        steps=(REPORT, ASSESSED, step("REOPENED", "2025-03-20")),
        state="REOPENED",
        wrong=("REOPENED_WHILE_OPEN",),
    ),
    Case(
        title="overdracht na het einde",
        steps=(REPORT, ASSESSED, CLOSED, step("HANDOVER", "2025-06-10")),
        state="CLOSED",
        wrong=("STEP_AFTER_END",),
    ),
    Case(
        title="een status die niemand kent",
        steps=(REPORT, step("STRANGE", "2025-03-04")),
        state="IN_ASSESSMENT",
        wrong=("STATUS_UNKNOWN",),
    ),
)
