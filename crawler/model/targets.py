"""What citations point at, and what trackers, editors and nights found of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from crawler.model.evidence import Evidence


@dataclass(frozen=True, slots=True)
class Target:
    """What a citation points at: the fetch uri, and the key it is looked up and grouped by."""

    uri: str
    urlkey: str


@dataclass(frozen=True, slots=True)
class Batch:
    """The targets of one host: the unit that a queue hands to `fetch`."""

    host: str
    targets: tuple[Target, ...]


@dataclass(frozen=True, slots=True)
class Override:
    """What an editor typed as a target, when and why. `subject` is a wrapper's sha256 or a citation's id,
    `citation` the id it was typed for; `uri` None takes an earlier one back."""

    subject: str
    citation: str
    uri: str | None
    why: str
    set_at: datetime


@dataclass(frozen=True, slots=True)
class Choice:
    """Which reading of a citation's print holds, as a night found."""

    citation: str
    uri: str
    night: str
    why: Evidence


@dataclass(frozen=True, slots=True)
class Merge:
    """Two fetch uris found to be one page: `uri` stands for the same as `same_as`; None undoes an earlier merge."""

    uri: str
    same_as: str | None
    night: str
    why: Evidence


@dataclass(frozen=True, slots=True)
class Attempt:
    """One time a tracking link was asked, or was about to be: `answer` is its evidence as JSON; no night for an
    editor's own asking."""

    intended_at: datetime
    night: str | None
    answer: str | None
    sent: bool | None
