"""What the pictures of link rot show, as numbers: shares by month, and the sites with most dead links.

Rules:
- A picture and the table beneath it are drawn from the same value.
- A share is of what was cited that night; without citations there is none.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from crawler.model import Group
from crawler.reports.health import HealthReport
from crawler.reports.trend import DEAD, Month

MOST_MONTHS = 24
MOST_HOSTS = 10
# Where the axis of shares may end, in percent: the first that is enough.
_TOPS = (5, 10, 20, 50, 100)


@dataclass(frozen=True, slots=True)
class Share:
    """How many of all."""

    n: int
    of: int

    @property
    def percent(self) -> float:
        """In percent, 0 to 100."""
        return 100 * self.n / self.of if self.of else 0.0

    def __str__(self) -> str:
        return f"{self.percent:.1f}%" if 0 < self.percent < 10 else f"{self.percent:.0f}%"


@dataclass(frozen=True, slots=True)
class Bar:
    """A month in the picture: what share was dead, what share needed an editor."""

    month: str
    cited: int
    dead: Share
    needs: Share


@dataclass(frozen=True, slots=True)
class Chart:
    """The months in order of time, and where the axis ends in percent; `left_out` earlier ones are not shown."""

    bars: tuple[Bar, ...]
    top: int
    left_out: int

    @property
    def middle(self) -> str:
        """The middle of the axis, in percent."""
        return f"{self.top / 2:g}"

    def height(self, share: Share, whole: float) -> float:
        """How high a share stands where the axis is `whole` high; what is there is seen."""
        return round(max(whole * share.percent / self.top, 1.5 if share.n else 0), 1)


@dataclass(frozen=True, slots=True)
class Site:
    """A host with dead links tonight."""

    host: str
    dead: Share
    needs: int


def draw_months(trend: Sequence[Month]) -> Chart:
    """The last months as bars."""
    bars = tuple(_bar(month) for month in trend[-MOST_MONTHS:])
    most = max((max(bar.dead.percent, bar.needs.percent) for bar in bars), default=0)
    return Chart(bars, next(top for top in _TOPS if most <= top), len(trend) - len(bars))


def _bar(month: Month) -> Bar:
    cited = month.cited
    return Bar(month.month, cited, Share(month.dead, cited), Share(month.counts.get(Group.NEEDS_YOU, 0), cited))


def find_worst(report: HealthReport) -> tuple[Site, ...]:
    """The hosts with most dead links tonight, the worst first."""
    rows = [row for row in report.rows if row.host]
    cited = Counter(row.host for row in rows)
    dead = Counter(row.host for row in rows if row.standing.verdict in DEAD)
    needs = Counter(row.host for row in rows if row.standing.group is Group.NEEDS_YOU)
    worst = sorted(dead, key=lambda host: (-dead[host], host))[:MOST_HOSTS]
    return tuple(Site(host, Share(dead[host], cited[host]), needs[host]) for host in worst)
