"""The score as a sheet of 80 columns."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence

from crawler.model import Verdict
from tests.museum.score import Delay, Figures, Score, Violation
from tests.museum.truth import Truth

WIDTH = 80


def write_sheet(title: str, found: Score) -> str:
    """The whole score of one or more museums."""
    blocks = [_lead(title, found), _verdicts(found), _delays(found), *_listed(found)]
    return "\n\n".join("\n".join(block) for block in blocks) + "\n"


def _lead(title: str, found: Score) -> Iterator[str]:
    deaths = found.false_death_nights
    late = [delay for delay in found.cited if delay.is_late]
    yield f"{title}: {found.link_nights:,} link-nights"
    yield f"false deaths {deaths} ({1000 * deaths / found.link_nights:.2f} in 1,000 link-nights)"
    yield f"changes of cited evidence told in time: {len(found.cited) - len(late)} of {len(found.cited)}"
    yield f"told wrongly: {len(found.violations)} stretches; read wrongly: {len(found.misread)}"


def _verdicts(found: Score) -> Iterator[str]:
    yield f"{'verdict':<24}{'due':>9}{'told':>9}{'right':>9}{'precision':>12}{'recall':>10}"
    for verdict in Verdict:
        if (row := found.figures.get(verdict)) is not None:
            yield _verdict(verdict, row)


def _verdict(verdict: Verdict, row: Figures) -> str:
    return f"{verdict:<24}{row.due:>9,}{row.told:>9,}{row.right:>9,}{row.precision:>12.4f}{row.recall:>10.4f}"


def _delays(found: Score) -> Iterator[str]:
    yield f"{'what is true':<15}{'what is to be told':<41}{'times':>6}{'due':>6}{'told':>6}{'late':>6}"
    classes: dict[tuple[Truth, str, int], list[Delay]] = {}
    for delay in found.delays:
        if delay.truth is not Truth.OURS:
            key = (delay.truth, " or ".join(sorted(delay.verdicts)), delay.due)
            classes.setdefault(key, []).append(delay)
    order = list(Truth)
    for (truth, verdicts, due), rows in sorted(classes.items(), key=lambda row: (order.index(row[0][0]), row[0][1:])):
        yield _delay(truth, verdicts, due, rows)


def _delay(truth: Truth, verdicts: str, due: int, rows: Sequence[Delay]) -> str:
    worst = "never" if any(row.told is None for row in rows) else f"+{max(row.told or 0 for row in rows)}"
    late = sum(row.is_late for row in rows)
    return f"{truth:<15}{verdicts[:40]:<41}{len(rows):>6}{f'+{due}':>6}{worst:>6}{late or '':>6}"


def _listed(found: Score) -> Iterator[list[str]]:
    for title, rows in (
        ("Called dead, and not dead", found.false_deaths),
        ("Told wrongly", tuple(row for row in found.violations if not row.is_false_death)),
        ("Read wrongly", found.misread),
    ):
        if rows:
            yield [title, *(line for row in rows for line in _lines(row))]


def _lines(row: Violation) -> list[str]:
    return textwrap.wrap(str(row), WIDTH, initial_indent="  ", subsequent_indent="    ")
