"""The ledger's part about editors: what they said of targets, and which states they accepted as new baselines.

Rules:
- Nothing is overwritten: each word is a row of its own; of a subject the newest counts.
"""

from __future__ import annotations

from typing import TypeVar

from crawler.ledger.store import Store
from crawler.ledger.values import read_json, write_json
from crawler.model import Acceptance, Citation, Ruling

_Word = TypeVar("_Word", Ruling, Acceptance)


class Rulings(Store):
    """Rulings and acceptances by subject: the uri that is fetched, or the citation's id where there is none."""

    def citation_of_uri(self, uri: str) -> Citation | None:
        """The citation that cites a uri, in its newest form; of several the one in the newest night, first in it."""
        row = self._one(
            "SELECT c.data FROM citations c JOIN night_citations n ON n.citation = c.number"
            " WHERE json_extract(c.data, '$.uri') = ? ORDER BY n.night DESC, n.place LIMIT 1",
            uri,
        )
        return read_json(Citation, row["data"]) if row else None

    def rule(self, ruling: Ruling) -> None:
        """Record a ruling, or that an earlier one is taken back."""
        with self._writing() as db:
            db.execute(
                "INSERT INTO rulings (subject, made_at, data) VALUES (?, ?, ?)",
                (ruling.subject, ruling.made_at.isoformat(), write_json(ruling)),
            )

    def rulings(self) -> dict[str, list[Ruling]]:
        """By subject, everything ruled, oldest first."""
        rows = self._rows("SELECT data FROM rulings ORDER BY number")
        return _by_subject([read_json(Ruling, row["data"]) for row in rows])

    def rulings_of(self, subject: str) -> list[Ruling]:
        """Everything ruled on a subject, oldest first."""
        rows = self._rows("SELECT data FROM rulings WHERE subject = ? ORDER BY number", subject)
        return [read_json(Ruling, row["data"]) for row in rows]

    def accept(self, acceptance: Acceptance) -> None:
        """Record a state that an editor accepted."""
        with self._writing() as db:
            db.execute(
                "INSERT INTO acceptances (subject, made_at, data) VALUES (?, ?, ?)",
                (acceptance.subject, acceptance.made_at.isoformat(), write_json(acceptance)),
            )

    def acceptances(self) -> dict[str, list[Acceptance]]:
        """By subject, every accepted state, oldest first."""
        rows = self._rows("SELECT data FROM acceptances ORDER BY number")
        return _by_subject([read_json(Acceptance, row["data"]) for row in rows])

    def acceptances_of(self, subject: str) -> list[Acceptance]:
        """The accepted states of a subject, oldest first."""
        rows = self._rows("SELECT data FROM acceptances WHERE subject = ? ORDER BY number", subject)
        return [read_json(Acceptance, row["data"]) for row in rows]


def _by_subject(words: list[_Word]) -> dict[str, list[_Word]]:
    found: dict[str, list[_Word]] = {}
    for word in words:
        found.setdefault(word.subject, []).append(word)
    return found
