"""What is new since the night that was told last: the rows whose verdict turned in a way that an editor should hear of.

Rules:
- New is what entered "needs you", what was found to have changed, and what came back from the dead.
- A suspect is not news, nor is a refusal: the nights go on looking. Neither is a link that simply works.
- The first night tells everything that needs somebody, once; so does a document on the night it is first read.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from crawler.model import Group, Standing, Verdict
from crawler.reports.health import URGENCY, HealthReport
from crawler.reports.rows import Row


class Kind(StrEnum):
    """What is new of a row, the most urgent first."""

    NEEDS_YOU = "needs-you"
    CHANGED = "changed"
    RECOVERED = "recovered"


@dataclass(frozen=True, slots=True)
class Transition:
    """A row that is news; `before` is its verdict when editors were told last, None where they never were."""

    row: Row
    kind: Kind
    before: Verdict | None


def find_transitions(report: HealthReport, earlier: Mapping[str, Standing]) -> tuple[Transition, ...]:
    """What is new, the most urgent first, then in document order; nothing on a night that judged nothing.

    `earlier`: by citation id, the standing that editors were told last.
    """
    if not report.valid:
        return ()
    found = [made for row in report.rows if (made := _transition(row, earlier.get(row.citation.id)))]
    return tuple(sorted(found, key=_urgency))


def _transition(row: Row, earlier: Standing | None) -> Transition | None:
    kind = _kind(row.standing, earlier)
    return Transition(row, kind, earlier.verdict if earlier else None) if kind else None


def _kind(now: Standing, earlier: Standing | None) -> Kind | None:
    entered = earlier is None or earlier.group is not now.group
    if now.group is Group.NEEDS_YOU:
        return Kind.NEEDS_YOU if entered else None
    if now.group is Group.CHANGED:
        return Kind.CHANGED if entered else None
    if now.verdict is Verdict.RECOVERED and earlier is not None and earlier.verdict is not Verdict.RECOVERED:
        return Kind.RECOVERED
    return None


_KINDS = tuple(Kind)
_RANK = {verdict: place for place, verdict in enumerate(dict.fromkeys((*URGENCY, *Verdict)))}


def _urgency(one: Transition) -> tuple[int, int]:
    return _KINDS.index(one.kind), _RANK[one.row.standing.verdict]
