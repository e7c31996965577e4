"""From the ledger to the trend: what the last night that counted in each month said of every citation.

Rules:
- A month costs one look-up a citation, however many nights there are; the newest months are told.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from crawler.config import Config
from crawler.ledger.ledger import Ledger
from crawler.model import Evidence, Group, Night, Standing, Verdict, night_at
from crawler.reports.trend import Month, month_of, pick_nights

MOST_MONTHS = 36


def months_of(ledger: Ledger, upto: Night, config: Config) -> tuple[Month, ...]:
    """The months up to a night, which counts though it may not have ended, in order of time."""
    nights = [night for night in ledger.nights() if night.id < upto.id]
    picked = pick_nights([*nights, replace(upto, ended_at=upto.started_at)], ZoneInfo(config.timezone))
    cited = ledger.cited_as()
    newest = list(picked.items())[-MOST_MONTHS:]
    return tuple(month_of(month, night.id, _judged(ledger, night.id, cited)) for month, night in newest)


def _judged(ledger: Ledger, night_id: str, cited: dict[int, tuple[str, str]]) -> Iterator[tuple[Standing, str]]:
    """The standing of each of a night's citations, and the host it cites."""
    rows = [cited[number] for number in ledger.cited_by_number(night_id)]
    verdicts = ledger.judged_as(night_id, list(dict.fromkeys(subject for subject, _ in rows)))
    for subject, uri in rows:
        if subject in verdicts:
            yield _standing(*verdicts[subject], night_id), _host(uri)


@lru_cache(256)
def _standing(verdict: Verdict, group: Group, night_id: str) -> Standing:
    """As much of a standing as a month counts: reading all of it would cost ten times as much."""
    return Standing(verdict, group, night_at(night_id), 0, Evidence(verdict.value, "", ""))


def _host(uri: str) -> str:
    try:
        return (urlsplit(uri).hostname or "").rstrip(".")
    except ValueError:
        return ""
