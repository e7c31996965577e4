"""The ledger's part for those who look around in it: nights, documents with counts, one link's captures, a search.

Rules:
- What may be long is paged, and what is only counted is counted by the database: nothing here reads a whole night.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from crawler.ledger.captures import read_capture
from crawler.ledger.store import Store
from crawler.ledger.values import read_json
from crawler.model import Capture, Citation, Group, Observation, Outcome, Standing, Verdict

# What a citation's history is kept under (see night/assess.py, subject_of).
_SUBJECT = "coalesce(json_extract(c.data, '$.same_as'), json_extract(c.data, '$.uri'), c.id)"
_CITED = "night_citations n JOIN citations c ON c.number = n.citation"
_JUDGED = f"{_CITED} JOIN standings s ON s.subject = {_SUBJECT} AND s.night = n.night"
# What a search looks into, beside the id.
_SEARCHED = ("printed", "uri", "item", "section", "anchor", "document", "context")


@dataclass(frozen=True, slots=True)
class DocumentCounts:
    """A document that a night read, by its path, and how many of its citations are in which group."""

    path: str
    counts: Mapping[Group, int]

    @property
    def total(self) -> int:
        """All its citations that were judged."""
        return sum(self.counts.values())


@dataclass(frozen=True, slots=True)
class Cited:
    """A citation in its newest form, and the newest night that read it."""

    citation: Citation
    last_night: str


@dataclass(frozen=True, slots=True)
class LastNight:
    """What a night read a subject as, whether it counted, and where the chain ended."""

    night: str
    outcome: Outcome
    counted: bool
    final_uri: str | None


class Browsing(Store):
    """Look-ups for pages that people leaf through."""

    def ended_nights(self, newest: int, offset: int = 0) -> list[str]:
        """The ids of nights that ended, newest first."""
        rows = self._tuples(
            "SELECT id FROM nights WHERE ended_at IS NOT NULL ORDER BY id DESC LIMIT ? OFFSET ?", newest, offset
        )
        return [row[0] for row in rows]

    def count_ended_nights(self) -> int:
        """How many nights ended."""
        return int(self._tuples("SELECT count(*) FROM nights WHERE ended_at IS NOT NULL")[0][0])

    def count_documents(self, night_id: str) -> list[DocumentCounts]:
        """The documents whose citations a night judged, in its order, with counts per group."""
        rows = self._tuples(
            f"SELECT json_extract(c.data, '$.document') AS path, s.grp, count(*), min(n.place) FROM {_JUDGED}"
            " WHERE n.night = ? GROUP BY path, s.grp ORDER BY 4",
            night_id,
        )
        found: dict[str, dict[Group, int]] = {}
        for path, group, count, _ in rows:
            found.setdefault(path, {})[Group(group)] = count
        return [DocumentCounts(path, counts) for path, counts in found.items()]

    def judged_citations(
        self, night_id: str, path: str, newest: int, offset: int = 0
    ) -> list[tuple[Citation, Standing]]:
        """A document's citations as a night read and judged them, in its order, from `offset` on."""
        rows = self._tuples(
            f"SELECT c.data, s.data FROM {_JUDGED} WHERE n.night = ? AND json_extract(c.data, '$.document') = ?"
            " ORDER BY n.place LIMIT ? OFFSET ?",
            night_id,
            path,
            newest,
            offset,
        )
        return [(read_json(Citation, cited), read_json(Standing, standing)) for cited, standing in rows]

    # ------------------------------------------------------------ one link

    def citing(self, subject: str) -> list[Cited]:
        """Every citation whose history is kept under a subject, as the newest night that read it has it; those that
        were read last come first, then in the order of their documents."""
        rows = self._tuples(
            "SELECT c.data, (SELECT max(night) FROM night_citations WHERE citation = c.number) AS last FROM citations c"
            f" WHERE (instr(c.data, ?) OR c.id = ?) AND {_SUBJECT} = ? ORDER BY last",
            json.dumps(subject, ensure_ascii=False),
            subject,
            subject,
        )
        newest = {
            one.citation.id: one for one in (Cited(read_json(Citation, data), last) for data, last in rows if last)
        }
        in_order = sorted(newest.values(), key=lambda one: (one.citation.document, one.citation.ordinal))
        return sorted(in_order, key=lambda one: one.last_night, reverse=True)

    def subjects_ending_on(self, uri: str) -> list[str]:
        """The subjects whose chains ended on a uri that is not their own, on some night."""
        rows = self._tuples(
            "SELECT DISTINCT subject FROM readings WHERE final_uri = ? AND final_uri <> subject ORDER BY subject", uri
        )
        return [row[0] for row in rows]

    def last_observation(self, uri: str) -> Observation | None:
        """What the newest night that looked at a uri saw of it."""
        row = self._one("SELECT data FROM observations WHERE uri = ? ORDER BY seen_at DESC LIMIT 1", uri)
        return read_json(Observation, row["data"]) if row else None

    def last_nights(self, subject: str, upto: str, newest: int) -> list[LastNight]:
        """The newest nights of a subject up to one, oldest first."""
        rows = self._tuples(
            "SELECT r.night, r.outcome, n.valid, r.final_uri FROM readings r JOIN nights n ON n.id = r.night"
            " WHERE r.subject = ? AND r.night <= ? ORDER BY r.night DESC LIMIT ?",
            subject,
            upto,
            newest,
        )
        return [LastNight(night, Outcome(outcome), valid == 1, ended) for night, outcome, valid, ended in rows[::-1]]

    def verdict_course(self, subject: str) -> list[tuple[str, Verdict]]:
        """A subject's verdict by night, oldest first."""
        rows = self._tuples("SELECT night, verdict FROM standings WHERE subject = ? ORDER BY night", subject)
        return [(night, Verdict(verdict)) for night, verdict in rows]

    def last_standing(self, subject: str) -> tuple[str, Standing] | None:
        """The newest verdict on a subject, and its night."""
        row = self._one("SELECT night, data FROM standings WHERE subject = ? ORDER BY night DESC LIMIT 1", subject)
        return (row["night"], read_json(Standing, row["data"])) if row else None

    def count_captures(self, subject: str) -> int:
        """On how many nights a subject's chain ended on a capture."""
        rows = self._tuples(f"SELECT count(*) FROM {_ENDS} WHERE r.subject = ?", subject)
        return int(rows[0][0])

    def captures_judged(self, subject: str, newest: int, offset: int = 0) -> list[tuple[Capture, Outcome]]:
        """The captures that a subject's chains ended on, newest first, each with how its night was read."""
        rows = self._rows(
            f"SELECT c.*, r.outcome FROM {_ENDS} WHERE r.subject = ? ORDER BY r.night DESC LIMIT ? OFFSET ?",
            subject,
            newest,
            offset,
        )
        return [(read_capture(row), Outcome(row["outcome"])) for row in rows]

    # ------------------------------------------------------------ search

    def search_citations(self, words: Sequence[str], newest: int) -> list[str]:
        """The ids of citations that have every one of these words in their id, addresses, item, section, document or
        context; those that were recorded last come first."""
        if not words:
            return []
        rows = self._tuples(
            f"SELECT c.id FROM citations c WHERE {' AND '.join([_HAS_WORD] * len(words))}"
            " GROUP BY c.id ORDER BY max(c.number) DESC LIMIT ?",
            *(f"%{_escaped(word)}%" for word in words),
            newest,
        )
        return [row[0] for row in rows]


_ENDS = "readings r JOIN captures c ON c.record_id = r.record_id"
_FIELDS = " || ' ' || ".join(f"coalesce(json_extract(c.data, '$.{name}'), '')" for name in _SEARCHED)
_HAS_WORD = f"c.id || ' ' || {_FIELDS} LIKE ? ESCAPE '\\'"


def _escaped(word: str) -> str:
    """A word for LIKE, none of its characters a wildcard (sqlite.org/lang_expr.html §5)."""
    return word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
