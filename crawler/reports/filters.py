"""What a report can be filtered by: its documents, sections, organisations and verdicts, as a page offers them.

Rules:
- A row carries tokens, a choice names one of them: the page's script compares nothing else.
- A choice's key says the same on every night and in both languages, so that an address with it can be sent.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from crawler.model import Group
from crawler.reports.health import HealthReport
from crawler.reports.organisations import organisation_of
from crawler.reports.rows import Row
from crawler.reports.visible import show
from crawler.reports.words import say

NEW = "new"
NONE = "-"  # the key of what has no name
LONGEST = 60  # characters of a choice's name: a list of choices is as wide as the longest


@dataclass(frozen=True, slots=True)
class Choice:
    """One choice: what its rows carry, what it is called, and how many rows have it."""

    token: str
    key: str
    name: str
    count: int


class Filters:
    """The choices of a report in one language, and the tokens of each of its rows."""

    def __init__(self, report: HealthReport, language: str) -> None:
        self._language = language
        self._rows = report.rows
        self._documents = _numbered(row.citation.document for row in report.rows)
        self._sections = _numbered(row.citation.section or "" for row in report.rows)
        self._keys = {row.citation.id: _key_of(row) for row in report.rows}
        self._organisations = _numbered(self._keys.values())
        self._tokens = {row.citation.id: self._tokens_of(row) for row in report.rows}
        self._counts = Counter(token for tokens in self._tokens.values() for token in tokens)

    def tokens(self, row: Row) -> str:
        """What a row can be found by, with blanks between."""
        return " ".join(self._tokens[row.citation.id])

    def document_token(self, name: str) -> str:
        """The token of a document's rows."""
        return f"d{self._documents[name]}"

    def needing_token(self, name: str) -> str:
        """The token of those rows of a document that need an editor."""
        return f"{self.document_token(name)}-needs"

    def _tokens_of(self, row: Row) -> tuple[str, ...]:
        cited, standing = row.citation, row.standing
        places = (
            self.document_token(cited.document),
            f"s{self._sections[cited.section or '']}",
            f"o{self._organisations[self._keys[cited.id]]}",
        )
        judged = (f"g-{standing.group}", f"v-{standing.verdict}")
        more = (
            (row.changed_since_last_night, NEW),
            (standing.group is Group.NEEDS_YOU, self.needing_token(cited.document)),
        )
        return (*places, *judged, *(token for holds, token in more if holds))

    @property
    def documents(self) -> tuple[Choice, ...]:
        """The documents, in their order."""
        return tuple(self._choice(f"d{n}", show(name), show(name)) for name, n in self._documents.items())

    @property
    def sections(self) -> tuple[Choice, ...]:
        """The sections by name, in the order they are met; the same heading in two issues is one choice."""
        none = say("filter.no_section", self._language)
        return tuple(self._choice(f"s{n}", show(name), show(name) or none) for name, n in self._sections.items())

    @property
    def organisations(self) -> tuple[Choice, ...]:
        """Whose pages are cited, the most cited first."""
        chosen = (self._choice(f"o{n}", key, self._name(key)) for key, n in self._organisations.items())
        return tuple(sorted(chosen, key=lambda choice: (-choice.count, choice.name)))

    def _name(self, key: str) -> str:
        found = organisation_of(key)
        return found.told(self._language) if found else say("filter.no_host", self._language)

    @property
    def verdicts(self) -> tuple[tuple[Choice, tuple[Choice, ...]], ...]:
        """Each group that has rows, and the verdicts in it."""
        return tuple((self._group(group), self._verdicts_in(group)) for group in Group if self._counts[f"g-{group}"])

    def _group(self, group: Group) -> Choice:
        return self._choice(f"g-{group}", group, say(f"group.{group}", self._language))

    def _verdicts_in(self, group: Group) -> tuple[Choice, ...]:
        met = dict.fromkeys(row.standing.verdict for row in self._rows if row.standing.group is group)
        return tuple(self._choice(f"v-{one}", f"v-{one}", say(f"verdict.{one}", self._language)) for one in met)

    def _choice(self, token: str, key: str, name: str) -> Choice:
        cut = name if len(name) <= LONGEST else name[: LONGEST - 1] + "…"
        return Choice(token, key or NONE, cut, self._counts[token])


def _numbered(names: Iterable[str]) -> dict[str, int]:
    """Each name once, numbered as they are met."""
    return {name: n for n, name in enumerate(dict.fromkeys(names))}


def _key_of(row: Row) -> str:
    found = organisation_of(row.host)
    return found.key if found else ""
