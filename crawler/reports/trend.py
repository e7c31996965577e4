"""Link rot over time: what each month's last night said of the links that were cited then.

Rules:
- A month is told by its last night that counts; a month without one is left out.
- Months are those of the editors' time zone: 18:05 UTC on the 31st is the next month in Shanghai.
- Dead is what a reader no longer finds; a page that moved needs an editor, but it is not rot.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import tzinfo

from crawler.model import Group, Night, Standing, Verdict

# Verdicts under which a reader no longer finds what was cited.
DEAD = frozenset(
    {
        *(Verdict.DEAD, Verdict.GONE, Verdict.DEAD_INFERRED, Verdict.HOST_GONE, Verdict.DEAD_UNREACHABLE),
        *(Verdict.HIJACKED, Verdict.HUMAN_DEAD),
    }
)


@dataclass(frozen=True, slots=True)
class Month:
    """What the last night that counted in a month (`2026-01`) said: citations per group, of everything and by host;
    `dead` are those that a reader no longer finds."""

    month: str
    night: str
    counts: Mapping[Group, int]
    hosts: Mapping[str, Mapping[Group, int]] = field(default_factory=dict)
    dead: int = 0

    @property
    def cited(self) -> int:
        """All citations of that night."""
        return sum(self.counts.values())


def pick_nights(nights: Iterable[Night], zone: tzinfo) -> dict[str, Night]:
    """Month → its last night that ended and counts, in order of time."""
    counted = sorted((night for night in nights if night.valid and night.ended_at), key=lambda night: night.started_at)
    return {f"{night.started_at.astimezone(zone):%Y-%m}": night for night in counted}


def month_of(month: str, night: str, found: Iterable[tuple[Standing, str]]) -> Month:
    """A month's figures from the standings of its night, one per citation with the cited host ('' where none)."""
    counts: Counter[Group] = Counter()
    hosts: dict[str, Counter[Group]] = {}
    dead = 0
    for standing, host in found:
        counts[standing.group] += 1
        dead += standing.verdict in DEAD
        if host:
            hosts.setdefault(host, Counter())[standing.group] += 1
    return Month(month, night, counts, hosts, dead)


def count_months(
    nights: Iterable[Night], zone: tzinfo, found_on: Callable[[str], Iterable[tuple[Standing, str]]]
) -> tuple[Month, ...]:
    """Every month's figures, in order of time; `found_on` gives a night's standings with their hosts."""
    return tuple(month_of(month, night.id, found_on(night.id)) for month, night in pick_nights(nights, zone).items())
