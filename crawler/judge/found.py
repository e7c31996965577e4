"""What a row of the outcome table finds: its evidence in both languages, and a sub-class where there is one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from crawler.judge.case import Case
from crawler.model import Evidence


@dataclass(frozen=True, slots=True)
class Found:
    """A matched rule: the words to show, and the sub-class kept with the outcome."""

    evidence: Evidence
    sub: str = ""


# A test looks at one case; None means that the row does not match.
Test = Callable[[Case], Found | None]


def found(rule: str, en: str, zh: str, sub: str = "") -> Found:
    """A match of `rule`, said in English and Chinese."""
    return Found(Evidence(rule, en, zh), sub)
