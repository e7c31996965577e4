"""What a repair means to do about one WARC file, and what it leaves, in sentences."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from crawler.archive.aside import keep_lines, name_aside
from crawler.archive.cdxj import format_line
from crawler.archive.copies import advised
from crawler.archive.findings import SHOWN, many
from crawler.archive.survey import Survey
from crawler.model import Capture
from crawler.urls.redact import redact


@dataclass(slots=True)
class Plan:
    """What is to be done about one file, existing or not: all of it empty when nothing is.

    `keep_until` is where its torn end begins; `wrong` leaves the index, `found` enters it; of the `wrong`, `lost`
    are gone for good.
    """

    path: Path
    keep_until: int | None = None
    torn_bytes: int = 0
    wrong: list[Capture] = field(default_factory=list)
    lost: list[Capture] = field(default_factory=list)
    found: list[Capture] = field(default_factory=list)
    relist: bool = False

    @property
    def is_needed(self) -> bool:
        """Whether there is anything to do."""
        return self.keep_until is not None or bool(self.wrong or self.found or self.relist)


def told(plan: Plan, orphaned: Sequence[Capture]) -> Iterator[str]:
    """What is done about a file, before it is done; `orphaned` are the revisits that lose their original with it."""
    name = plan.path.name
    if plan.keep_until == 0:
        yield f"{name} holds no whole record; it is moved to {name_aside(plan.path, 0).name}."
    elif plan.keep_until is not None:
        aside = name_aside(plan.path, plan.keep_until).name
        yield f"{name} is torn: its last {plan.torn_bytes:,} bytes hold no whole record; they are moved to {aside}."
    if plan.lost:
        gone = ":" if plan.path.exists() else " is not there:"
        kept = keep_lines(plan.path, lines_of(plan.lost), dry_run=True).name
        yield f"{name}{gone} {many(len(plan.lost), 'answer')} lost; the index lines are moved to {kept}:"
        yield from _listed(plan.lost, "")
    if orphaned:
        yield f"{many(len(orphaned), 'revisit')} of other files lost the original with that:"
        yield from _listed(orphaned, f" ({name})")
    if plan.found:
        yield f"{name}: {many(len(plan.found), 'whole answer')} indexed as the records say."
    if plan.relist and not (plan.wrong or plan.found):
        yield f"{name}: the CDXJ beside it is written anew."


def noted(path: Path, survey: Survey) -> Iterator[str]:
    """What a repair leaves of a file as it is."""
    places = sorted({damage.offset for damage in survey.damages if damage.offset < survey.end} | set(survey.altered))
    if places:
        bytes_ = ", ".join(map(str, places[:SHOWN])) + (", …" if len(places) > SHOWN else "")
        what = f"{path.name} has {many(len(places), 'broken place')} inside, left as found (byte {bytes_})"
        yield f"{what}; only a backup brings back what stood there."
    if survey.copies:
        yield f"{path.name} {advised(survey.copies, is_alone=not survey.captures)}."


def _listed(captures: Sequence[Capture], more: str) -> Iterator[str]:
    for capture in captures[:SHOWN]:
        yield f"  - {capture.seen_at:%Y-%m-%d %H:%M} {redact(capture.uri)}{more}"
    if len(captures) > SHOWN:
        yield f"  - and {len(captures) - SHOWN:,} more"


def lines_of(captures: Sequence[Capture]) -> list[bytes]:
    """The CDXJ lines of captures, in order."""
    return sorted(f"{format_line(capture)}\n".encode() for capture in captures)
