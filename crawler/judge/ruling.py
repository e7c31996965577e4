"""An editor's word on a target, laid over what the rules say.

Rules:
- A word counts from the night it was said after, at once. Of several the newest counts; one may take it back.
- It holds until it expires (without a date: 90 days where programs are refused, else for good), and while the outcome
  stays in the family that the editor saw. Another family reopens the matter: for a night while that is a suspicion
  only, for good once it concluded something. A hijack that the editor did not see reopens it, too.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from datetime import datetime, timedelta, tzinfo

from crawler.judge.outcome import FAMILY
from crawler.judge.rows import GROUP, NOT_CHECKED, said_nothing
from crawler.judge.sentences import Figures, explain
from crawler.model import Family, NightReading, Ruling, Standing, Verdict

HUMAN_ANSWER_LASTS = timedelta(days=90)


def after_nights(times: Sequence[datetime], ends: Sequence[datetime]) -> list[int]:
    """The places of the nights after which something was said at those times; `ends` are when each but the last gave
    way to the next."""
    return [bisect_right(ends, at) for at in times]


class Desk:
    """The rulings on one target, as night after night is laid before an editor."""

    def __init__(self, rulings: Sequence[Ruling], ends: Sequence[datetime], zone: tzinfo) -> None:
        in_time = sorted(rulings, key=lambda ruling: ruling.made_at)
        self._from = dict(zip(after_nights([one.made_at for one in in_time], ends), in_time, strict=True))
        self._zone = zone
        self._ruling: Ruling | None = None
        self._seen = NOT_CHECKED.verdict
        self._reopened = False

    def ruled(self, place: int, night: NightReading, standing: Standing) -> Standing:
        """What is told of a night that the rules give this standing; nights come in order."""
        if place in self._from:
            self._take_up(self._from[place], standing)
        ruling = self._ruling
        if ruling is None or self._is_over(ruling, night, standing):
            return standing
        if not said_nothing(night):
            self._reopened = ruling.family is not None and FAMILY[night.outcome] is not ruling.family
        return standing if self._reopened else _told(ruling, standing, self._zone)

    def _take_up(self, ruling: Ruling, standing: Standing) -> None:
        self._ruling = ruling if ruling.verdict else None
        self._seen, self._reopened = standing.verdict, False

    def _is_over(self, ruling: Ruling, night: NightReading, standing: Standing) -> bool:
        hijacked = standing.verdict is Verdict.HIJACKED and self._seen is not Verdict.HIJACKED
        other = ruling.family is not None and not said_nothing(night) and FAMILY[night.outcome] is not ruling.family
        concluded = other and standing.verdict is not Verdict.SUSPECT
        end = ends_at(ruling)
        if hijacked or concluded or (end is not None and night.seen_at >= end):
            self._ruling = None
        return self._ruling is None


def ends_at(ruling: Ruling) -> datetime | None:
    """When a ruling ends at the latest; None for one that holds for good."""
    if ruling.expires_at is None and ruling.family is Family.REFUSAL:
        return ruling.made_at + HUMAN_ANSWER_LASTS
    return ruling.expires_at


def _told(ruling: Ruling, standing: Standing, zone: tzinfo) -> Standing:
    verdict = ruling.verdict or standing.verdict
    figures = Figures(since=ruling.made_at, author=ruling.author, reason=ruling.reason, zone=zone)
    return Standing(verdict, GROUP[verdict], ruling.made_at, standing.failing_nights, explain(str(verdict), figures))
