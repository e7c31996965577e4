"""reports/index.html: every night on one page, the newest first, with a link to its report.

Rules:
- A night that does not count, or was cut off, says so in a word; it is never shown like one that went well.
- Only a night whose folder is there is linked.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from zoneinfo import ZoneInfo

from crawler.model import Evidence, Group
from crawler.reports.health import Said
from crawler.reports.page import environment, framed
from crawler.reports.words import LANGUAGES

# The exit status of a night that a fault of ours ended (contract: commands).
FAILED = 2

_ENVIRONMENT = environment()


@dataclass(frozen=True, slots=True)
class NightLine:
    """One night as the page over all nights tells it.

    `status` is its exit status, None for one that never ended; `lead` its report's sentence, `counts` its citations per
    group; neither where it was not judged. `has_report`: whether its folder is there to be opened.
    """

    night: str
    started_at: datetime
    valid: bool = True
    status: int | None = 0
    simulated: bool = False
    lead: Said | None = None
    counts: Mapping[Group, int] = field(default_factory=dict)
    invalid_reason: Evidence | None = None
    has_report: bool = True

    @property
    def state(self) -> str:
        """How it ended: `counted`, `invalid`, `failed` by a fault of ours, or `unfinished`."""
        if self.status is None:
            return "unfinished"
        if self.status == FAILED:
            return "failed"
        return "counted" if self.valid else "invalid"


def render_nights(lines: Sequence[NightLine], language: str, timezone: str, now: datetime) -> str:
    """The page over all nights in one language, linking to the other; lines may come in any order."""
    newest = sorted(lines, key=lambda line: line.night, reverse=True)
    return _ENVIRONMENT.get_template("nights.html.j2").render(
        **framed(language, timezone), lines=newest, months=_by_month(newest, ZoneInfo(timezone)), now=now
    )


def _by_month(lines: Sequence[NightLine], zone: tzinfo) -> dict[str, list[NightLine]]:
    grouped: dict[str, list[NightLine]] = {}
    for line in lines:
        grouped.setdefault(f"{line.started_at.astimezone(zone):%Y-%m}", []).append(line)
    return grouped


def render_nights_pages(lines: Sequence[NightLine], language: str, timezone: str, now: datetime) -> dict[str, str]:
    """File name → page: index.html in `language`, and one page per language."""
    pages = {f"index.{code}.html": render_nights(lines, code, timezone, now) for code in LANGUAGES}
    return {"index.html": pages[f"index.{language}.html"], **pages}
