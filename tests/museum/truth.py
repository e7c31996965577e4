"""The truth as its tables have it: targets, what they play, and what may be said of them on each night.

Rules:
- Truth is read from the tables and nowhere else; code that meets it never writes it.
- Every word of every drawing is known; a verdict of the dead family may stand only where the truth is `dead`,
  `returned` (back, but nobody can know yet), or another text stands in the page's place.
"""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

from crawler.judge.rows import DEADS
from crawler.model import Outcome, Verdict
from tests.museum.drawn import draw

HERE = Path(__file__).parent
NAMES = ("harbour", "valley")


class Truth(StrEnum):
    """What a careful human knows of a target on a night."""

    HEALTHY = "healthy"
    RETURNED = "returned"  # healthy again, before the next look that is due
    FAILING = "failing"  # not as it should be, and not dead
    REFUSING = "refusing"
    BLIND = "blind"  # a robot cannot judge it
    CERTIFICATE = "certificate"
    DEAD = "dead"
    MOVED = "moved"
    CHANGED = "changed"
    CITED = "cited"  # changed in what the citation relies on
    REPLACED = "replaced"
    HIJACKED = "hijacked"
    DOUBTFUL = "doubtful"  # a person has to look
    OURS = "ours"
    EITHER = "either"  # healthy or changed, as one likes to call it


MAY_BE_DEAD = frozenset({Truth.DEAD, Truth.RETURNED, Truth.REPLACED})
CHANGES = frozenset({Truth.CHANGED, Truth.CITED, Truth.REPLACED})


@dataclass(frozen=True, slots=True)
class Ruling:
    """An editor's word after a night: `word` is human-ok, human-dead, ignored or accept; `until` a night."""

    night: int
    word: str
    until: int | None = None


@dataclass(frozen=True, slots=True)
class Target:
    """One scripted target. The four drawings have a word, or a set of admissible ones, for each night."""

    id: str
    says: str
    host: str
    path: str
    script: tuple[str, ...]
    truth: tuple[Truth, ...]
    outcomes: tuple[frozenset[Outcome], ...]
    told: tuple[frozenset[Verdict], ...]
    scheme: str = "https"
    language: str = "en"
    elsewhere: str = "not-found"
    fragment: str = ""
    text_fragment: bool = False
    printed: str = ""
    rulings: tuple[Ruling, ...] = ()

    @property
    def uri(self) -> str:
        """What is fetched, without fragment; a citation that leads to nothing fetchable has its printed text."""
        return self.printed or f"{self.scheme}://{self.host}{self.path}"

    @property
    def is_page(self) -> bool:
        """Whether there is something to fetch."""
        return not self.printed


@dataclass(frozen=True, slots=True)
class Museum:
    """A table: its targets, the nights on which our own network is down, and those that are run twice."""

    name: str
    targets: tuple[Target, ...]
    down: frozenset[int]
    evenings: frozenset[int]

    def of(self, ids: Collection[str]) -> Museum:
        """The museum with those targets alone."""
        return replace(self, targets=tuple(target for target in self.targets if target.id in ids))


@cache
def read_museum(name: str) -> Museum:
    """A museum by name. Raises ValueError for a misdrawn row, naming its target."""
    table = tomllib.loads((HERE / f"{name}.toml").read_text("utf-8"))
    targets = tuple(_read_target(row) for row in table["target"])
    return Museum(name, targets, frozenset(table["network_down"]), frozenset(table["evenings"]))


def _read_target(row: Mapping[str, Any]) -> Target:
    try:
        target = _target(row)
    except (KeyError, ValueError) as error:
        raise ValueError(f"{row.get('id', '?')}: {error}") from error
    for night, truth in enumerate(target.truth):
        if target.told[night] & DEADS and truth not in MAY_BE_DEAD:
            raise ValueError(f"{target.id}: dead may be told on night {night}, which is {truth}")
    return target


def _target(row: Mapping[str, Any]) -> Target:
    kept = {
        key: row[key]
        for key in ("scheme", "language", "elsewhere", "fragment", "text_fragment", "printed")
        if key in row
    }
    site = row.get("site", row["id"])
    return Target(
        id=row["id"],
        says=row["says"],
        host=row.get("host", f"{site}.example.org"),
        path=row.get("path", f"/programme/{row.get('file', row['id'] + '.html')}"),
        script=tuple(draw(row["script"])),
        truth=tuple(Truth(word) for word in draw(row["truth"])),
        outcomes=tuple(frozenset(map(Outcome, words.split("|"))) for words in draw(row["outcome"])),
        told=tuple(frozenset(map(Verdict, words.split("|"))) for words in draw(row["told"])),
        rulings=tuple(Ruling(**ruling) for ruling in row.get("rulings", ())),
        **kept,
    )
