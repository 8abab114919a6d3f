"""What must have become of everything that was sent, and what did: shares no code with Radar.

It works from the list of what was sent and acknowledged.  A first saying of an event counts once,
the same again is a duplicate, another content under its id a conflict; what is no event is a dead
letter; who only knows a case waits until a report has named that case.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from tests.soak.sent import EventKey, Fate, Sent, What

EXAMPLES_MAX = 1_000
FIRST = frozenset({"applied"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Observed:
    """What stands in the broker and the tables after draining.

    `ledger` gives (outcome, event) by (topic, partition, offset); `ends` the broker's next offset
    by (topic, partition); `journal` and `timeline` the households of each row of an event.
    """

    ends: Mapping[tuple[str, int], int]
    ledger: Mapping[tuple[str, int, int], tuple[str, EventKey | None]]
    journal: Mapping[EventKey, Sequence[tuple[str, ...]]]
    timeline: Mapping[EventKey, Sequence[str]]
    pending: frozenset[EventKey]
    advice: Mapping[EventKey, int]
    hub_source: str


@dataclass(slots=True)
class Verdict:
    """How many, and of each kind of fault the first few, told without content."""

    sent: int = 0
    accepted: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    lost: int = 0
    doubled: int = 0
    wrong_households: int = 0
    unaccounted: int = 0
    examples: list[str] = field(default_factory=list)

    @property
    def is_clean(self) -> bool:
        """Say whether nothing at all is wrong."""
        return not (self.lost or self.doubled or self.wrong_households or self.unaccounted)

    def blame(self, what: str, example: object, count: int = 1) -> None:
        """Count something that is wrong."""
        setattr(self, what, getattr(self, what) + count)
        if len(self.examples) < EXAMPLES_MAX:
            self.examples.append(f"{what}: {example}")


# A report makes its case known, also when it had to be sent on to its own region first.
NAMING = frozenset({What.EVENT, What.MISPLACED})


def compare(sent: Sequence[Sent], observed: Observed) -> Verdict:
    """Compare what was sent with what became of it."""
    verdict = Verdict(sent=len(sent), accepted=sum(s.fate is Fate.ACCEPTED for s in sent))
    verdict.outcomes = Counter(outcome for outcome, _ in observed.ledger.values())
    _judge_offsets(observed, verdict)
    _judge_sendings(sent, observed, verdict)
    _judge_events(sent, observed, verdict)
    _judge_households(sent, observed, verdict)
    return verdict


def _judge_offsets(observed: Observed, verdict: Verdict) -> None:
    """Each offset that the broker has given out stands in the ledger, and no other."""
    settled: dict[tuple[str, int], set[int]] = defaultdict(set)
    for topic, partition, offset in observed.ledger:
        settled[topic, partition].add(offset)
    for at, end in observed.ends.items():
        for offset in sorted(settled[at] ^ set(range(end))):
            verdict.blame("unaccounted", f"{at[0]} partition {at[1]} offset {offset}")


def _judge_sendings(sent: Sequence[Sent], observed: Observed, verdict: Verdict) -> None:
    """Each record that its sender put on Kafka has the outcome that its place in line gives it."""
    known = _known_cases(sent)
    for one, expected in _in_line(sent, known):
        assert one.offset is not None
        found = observed.ledger.get((one.topic, one.partition, one.offset))
        if found is not None and found[0] not in expected:
            place = f"{one.topic} partition {one.partition} offset {one.offset}"
            wanted = " or ".join(sorted(expected))
            verdict.blame("unaccounted", f"{place}: {one.what} is {found[0]}, not {wanted}")
    told: dict[EventKey, Counter[str]] = defaultdict(Counter)
    for outcome, key in observed.ledger.values():
        if key is not None:
            told[key][outcome] += 1
    for key in {
        one.key for one in sent if one.by_gateway and one.fate is Fate.ACCEPTED and one.key
    }:
        # Which offset the gateway gave it is not known, so its copies are counted together.
        if told[key]["applied"] != 1 or told[key].keys() - {"applied", "duplicate"}:
            verdict.blame("unaccounted", f"{key[2]}: the ledger has {dict(told[key])}")
    for one in sent:
        # At the gateway only another content may be refused, and nothing else may pass.
        if one.by_gateway and (one.fate is Fate.REFUSED) != (one.content != 0):
            verdict.blame("unaccounted", f"gateway: content {one.content} was {one.fate}")


def _in_line(
    sent: Sequence[Sent], known: frozenset[tuple[str, str]]
) -> Iterator[tuple[Sent, frozenset[str]]]:
    lines: dict[EventKey, list[Sent]] = defaultdict(list)
    doubtful = {one.key for one in sent if one.fate is Fate.UNKNOWN}
    uncertain = _uncertain_cases(sent, known)
    for one in sent:
        if one.by_gateway or one.fate is not Fate.ACCEPTED:
            continue
        if one.what is What.GARBAGE:
            yield one, frozenset({"dead_lettered"})
        elif one.what is What.MISPLACED:
            yield one, frozenset({"re_routed"})
        elif one.key is not None:
            lines[one.key].append(one)
    for key, line in lines.items():
        line.sort(key=lambda one: one.offset or 0)
        for number, one in enumerate(line):
            if number:
                outcome = "duplicate" if one.content == line[0].content else "conflict"
                yield one, frozenset({outcome})
            else:
                first = FIRST if _is_known(one, known) else frozenset({"pending"})
                if (key[0], one.case) in uncertain and one.what is What.CHILD:
                    first |= FIRST
                yield one, first | {"duplicate"} if key in doubtful else first


def _known_cases(sent: Sequence[Sent]) -> frozenset[tuple[str, str]]:
    """Return (region, case) of each case that an accepted report has named."""
    return frozenset(
        (one.key[0], one.case)
        for one in sent
        if one.key and one.case and one.what in NAMING and one.fate is Fate.ACCEPTED
    )


def _uncertain_cases(
    sent: Sequence[Sent], known: frozenset[tuple[str, str]]
) -> frozenset[tuple[str, str]]:
    """Return the cases named only by reports of which nobody knows whether they arrived."""
    return (
        frozenset(
            (one.key[0], one.case)
            for one in sent
            if one.key and one.case and one.what in NAMING and _is_unsure(one)
        )
        - known
    )


def _is_unsure(one: Sent) -> bool:
    return one.fate in {Fate.UNKNOWN, Fate.OPEN}


def _is_known(one: Sent, known: frozenset[tuple[str, str]]) -> bool:
    assert one.key is not None
    return one.what is not What.CHILD or (one.key[0], one.case) in known


def _judge_events(sent: Sequence[Sent], observed: Observed, verdict: Verdict) -> None:
    """Each accepted event stands exactly once where it belongs; what nobody sent stands nowhere."""
    known = _known_cases(sent)
    uncertain = _uncertain_cases(sent, known)
    ours = {one.key for one in sent}
    stands = {one.key: one for one in sent if one.key and one.fate is Fate.ACCEPTED}
    for key, one in stands.items():
        if one.what is What.ADVICE:
            _count(verdict, f"advice {key[2]}", observed.advice.get(key, 0))
        elif one.what is What.CHILD and (key[0], one.case) in uncertain:
            places = (key in observed.pending) + len(observed.journal.get(key, ()))
            _count(verdict, f"{key[2]} waiting or in the journal", places)
        elif not _is_known(one, known):
            if key not in observed.pending or key in observed.journal:
                verdict.blame("lost", f"{key[2]} does not wait")
        else:
            _count(verdict, f"{key[2]} in the journal", len(observed.journal.get(key, ())))
            _count(verdict, f"{key[2]} on a timeline", len(observed.timeline.get(key, ())))
    for key in (observed.journal.keys() | observed.advice.keys()) - stands.keys():
        if key[1] != observed.hub_source and not (key in ours and _is_doubtful(key, sent)):
            verdict.blame("unaccounted", f"{key[2]} stands, but nobody sent it")


def _is_doubtful(key: EventKey, sent: Sequence[Sent]) -> bool:
    return any(one.key == key and _is_unsure(one) for one in sent)


def _count(verdict: Verdict, what: str, count: int) -> None:
    if count == 0:
        verdict.blame("lost", what)
    elif count > 1:
        verdict.blame("doubled", what, count - 1)


def _judge_households(sent: Sequence[Sent], observed: Observed, verdict: Verdict) -> None:
    """All events of a family are in one household, in which there is no other family."""
    of_family: dict[int, set[tuple[str, str]]] = defaultdict(set)
    for one in sent:
        if one.key is None or one.family is None:
            continue
        for households in observed.journal.get(one.key, ()):
            of_family[one.family] |= {(one.key[0], household) for household in households}
            if set(observed.timeline.get(one.key, ())) - set(households):
                verdict.blame("wrong_households", f"{one.key[2]}: the timeline has another")
    families: dict[tuple[str, str], set[int]] = defaultdict(set)
    for family, found in of_family.items():
        if len(found) > 1:
            verdict.blame("wrong_households", f"family {family} has {len(found)} households")
        for household in found:
            families[household].add(family)
    for members in families.values():
        if len(members) > 1:
            verdict.blame("wrong_households", f"families {sorted(members)} share a household")
