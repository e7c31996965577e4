"""The ledger's nights in short: the sentence each report began with, and the verdict on every citation."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from crawler.ledger.store import Store
from crawler.model import Group, Verdict


@dataclass(frozen=True, slots=True)
class Summary:
    """A night's report in a sentence, in both languages, and its citations per group."""

    en: str
    zh: str
    counts: Mapping[Group, int]


class Summaries(Store):
    """What the reports of nights say at their top (derived)."""

    def summarise(self, night_id: str, summary: Summary) -> None:
        """Keep a night's summary, in place of an earlier one."""
        counts = json.dumps({group.value: count for group, count in summary.counts.items()})
        with self._writing() as db:
            db.execute(
                "INSERT OR REPLACE INTO summaries VALUES (?, ?, ?, ?)", (night_id, summary.en, summary.zh, counts)
            )

    def summaries(self) -> dict[str, Summary]:
        """By night, its summary."""
        rows = self._rows("SELECT night, en, zh, counts FROM summaries")
        return {row["night"]: Summary(row["en"], row["zh"], _counts(row["counts"])) for row in rows}

    def cited_as(self) -> dict[int, tuple[str, str]]:
        """By number, every citation that some night read: what its history is kept under, and its uri ('' for none)."""
        rows = self._tuples(
            "SELECT number, json_extract(data, '$.same_as'), json_extract(data, '$.uri'), id FROM citations"
        )
        return {number: (same_as or uri or id_, uri or "") for number, same_as, uri, id_ in rows}

    def judged_as(self, night_id: str, subjects: Sequence[str]) -> dict[str, tuple[Verdict, Group]]:
        """A night's verdicts on some subjects, with their groups: looked up one by one, for a night may be one of
        thousands."""
        found: list[tuple[str, str, str]] = []
        for start in range(0, len(subjects), _AT_ONCE):
            some = subjects[start : start + _AT_ONCE]
            marks = ", ".join("?" * len(some))
            found += self._tuples(
                f"SELECT subject, verdict, grp FROM standings WHERE night = ? AND subject IN ({marks})", night_id, *some
            )
        return {subject: (_VERDICTS[verdict], _GROUPS[group]) for subject, verdict, group in found}


# As many values as a statement may have in the oldest SQLite that is met.
_AT_ONCE = 900
_VERDICTS = {verdict.value: verdict for verdict in Verdict}
_GROUPS = {group.value: group for group in Group}


def _counts(text: str) -> dict[Group, int]:
    return {Group(group): count for group, count in json.loads(text).items()}
