"""The ledger's derived part: what nights read as, and what they say of a subject; all of it can be judged anew.

Rules:
- A subject is the uri that is fetched, or a citation's id where there is none.
- Readings and standings are found by subject and night; a night's are found through its observations.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from itertools import groupby
from typing import Any

from crawler.ledger.shapes import Shapes, Stored
from crawler.ledger.store import Store
from crawler.ledger.values import read_json, write_json
from crawler.model import Beside, Change, Night, NightReading, Observation, Outcome, Reading, Standing

# What rules make of a night, column by column; the other columns come from the observation itself.
_DERIVED = "outcome, robots_only, sub, unlike_last_good, change, baseline, https, elsewhere, data"
_HISTORY = (
    "r.night, r.seen_at, r.outcome, r.robots_only, r.final_uri, r.sub, r.unlike_last_good, r.change,"
    " r.baseline, r.https, r.elsewhere, n.valid"
)
_OUTCOMES = {outcome.value: outcome for outcome in Outcome}

Derived = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """What a night's reading of a subject is kept as: the reading, the observation it was read from, and what came of
    comparing that night: see model.NightReading. `baseline` is the record it was compared against."""

    subject: str
    reading: Reading
    seen: Observation | None = None
    change: Change | None = None
    baseline: str | None = None
    https: bool | None = None
    elsewhere: bool | None = None
    text: str = ""  # the reading as it is stored, by who has it

    @property
    def derived(self) -> Derived:
        """What the rules made of the night, as columns: two entries are alike where these are."""
        told = self.change, self.baseline, self.https, self.elsewhere
        return derive(head_of(self.reading), self.text or _written(self.reading), *told)


def head_of(reading: Reading) -> Derived:
    """The columns that a reading alone decides, but for its text."""
    return reading.outcome.value, int(reading.robots_only), reading.sub, _flag(reading.unlike_last_good)


def derive(
    head: Derived, text: str, change: Change | None, baseline: str | None, https: bool | None, elsewhere: bool | None
) -> Derived:
    """What the rules made of a night, as columns: see `head_of`; `text` is the reading as it is stored."""
    told = None if change is None else _written(change)
    return (*head, told, baseline, _flag(https), _flag(elsewhere), text)


class Judgements(Store):
    """Readings and standings."""

    # ------------------------------------------------------------ readings

    def enter(self, night: Night, entries: Iterable[Entry], rules_version: str) -> None:
        """Store what a night's observations and citations read as, in place of what was stored before."""
        rows = (
            (night.id, entry.subject, night.started_at.isoformat(), *_ends(entry.seen), rules_version, *entry.derived)
            for entry in entries
        )
        with self._writing() as db:
            db.executemany(
                f"INSERT OR REPLACE INTO readings (night, subject, seen_at, final_uri, record_id, rules_version,"
                f" {_DERIVED}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                rows,
            )

    def store_readings(
        self, night: Night, readings: Iterable[tuple[str, Reading, Observation | None]], rules_version: str
    ) -> None:
        """Store a night's readings: (subject, reading, what it was read from), compared with nothing."""
        self.enter(night, (Entry(*reading) for reading in readings), rules_version)

    def observed(self, night_id: str, shapes: Shapes) -> list[tuple[Stored, Derived | None]]:
        """A night's observations by uri, each with what is stored of its reading."""
        rows = self._tuples(
            f"SELECT o.uri, o.data, {', '.join('r.' + name for name in _DERIVED.split(', '))} FROM observations o"
            " LEFT JOIN readings r ON r.subject = o.uri AND r.night = o.night WHERE o.night = ? ORDER BY o.uri",
            night_id,
        )
        return [(Stored(row[0], row[1], shapes), None if row[2] is None else row[2:]) for row in rows]

    def entered(self, night_id: str, subject: str) -> Derived | None:
        """What is stored of a night's reading of a subject."""
        row = self._one(f"SELECT {_DERIVED} FROM readings WHERE subject = ? AND night = ?", subject, night_id)
        return tuple(row) if row else None

    def reading_of(self, night_id: str, subject: str) -> Reading | None:
        """A night's reading of a subject."""
        row = self._one("SELECT data FROM readings WHERE subject = ? AND night = ?", subject, night_id)
        return read_json(Reading, row["data"]) if row else None

    def histories(self, upto: str, newest: int | None = None) -> Iterator[tuple[str, list[NightReading]]]:
        """Every subject with its readings up to and including a night, oldest first; or of the newest nights only.

        One subject at a time is in memory, however many nights there are.
        """
        rows = self._each(
            f"SELECT {_HISTORY}, r.subject FROM readings r JOIN nights n ON n.id = r.night"
            " WHERE r.night BETWEEN ? AND ? ORDER BY r.subject, r.night",
            self._night_back(upto, newest),
            upto,
        )
        for subject, of in groupby(rows, key=lambda row: str(row["subject"])):
            yield subject, [_night_reading(*tuple(row)[:-1]) for row in of]

    def history_of(self, subject: str, upto: str) -> list[NightReading]:
        """A subject's readings up to and including a night, oldest first."""
        rows = self._tuples(
            f"SELECT {_HISTORY} FROM readings r JOIN nights n ON n.id = r.night"
            " WHERE r.subject = ? AND r.night <= ? ORDER BY r.night",
            subject,
            upto,
        )
        return [_night_reading(*row) for row in rows]

    def subjects(self) -> list[str]:
        """Everything that some night read."""
        return [row["subject"] for row in self._rows("SELECT DISTINCT subject FROM readings ORDER BY subject")]

    def last_end(self, subject: str, before: str) -> str | None:
        """Where the chain of a subject ended when it was looked at last before a night."""
        row = self._one(
            "SELECT final_uri FROM readings WHERE subject = ? AND night < ? AND final_uri IS NOT NULL"
            " ORDER BY night DESC LIMIT 1",
            subject,
            before,
        )
        return row["final_uri"] if row else None

    def last_seen_as(self, outcomes: Iterable[Outcome], subject: str, before: str) -> list[Observation]:
        """The observations of a subject before a night that were read as one of these outcomes, the newest first; a
        few at most."""
        values = [outcome.value for outcome in outcomes]
        rows = self._rows(
            "SELECT o.data FROM readings r JOIN observations o ON o.uri = r.subject AND o.night = r.night"
            f" WHERE r.subject = ? AND r.night < ? AND r.outcome IN ({', '.join('?' * len(values))})"
            " ORDER BY r.night DESC LIMIT 3",
            subject,
            before,
            *values,
        )
        return [read_json(Observation, row["data"]) for row in rows]

    def _night_back(self, upto: str, nights: int | None) -> str:
        """The id of the night so many back from one, that one counted; before all of them for None."""
        if nights is None:
            return ""
        row = self._one("SELECT id FROM nights WHERE id <= ? ORDER BY id DESC LIMIT 1 OFFSET ?", upto, nights - 1)
        return str(row["id"]) if row else ""

    # ------------------------------------------------------------ what readings look at, cheaply

    def cited_by_number(self, night_id: str) -> tuple[int, ...]:
        """The numbers of a night's citations: two nights that have the same cite the same."""
        rows = self._tuples("SELECT citation FROM night_citations WHERE night = ? ORDER BY place", night_id)
        return tuple([number for (number,) in rows])

    def abouts(self, kind: Beside) -> frozenset[str]:
        """Everything that a look of a kind was ever about."""
        rows = self._rows("SELECT DISTINCT about FROM side_looks WHERE kind = ?", kind.value)
        return frozenset(row[0] for row in rows)

    def looked_beside(self, night_id: str) -> list[tuple[Beside, str]]:
        """What a night looked at beside its targets: kinds, and what each look was about."""
        rows = self._rows("SELECT kind, about FROM side_looks WHERE night = ?", night_id)
        return [(Beside(row[0]), row[1]) for row in rows]

    def nights_without_sights(self, since: str, reader: str) -> list[str]:
        """The nights from one on that ended on payloads which this reader did not read yet."""
        unread = "SELECT digest FROM captures EXCEPT SELECT digest FROM payload_sights WHERE reader = ?"
        if self._one(f"{unread} LIMIT 1", reader) is None:
            return []
        rows = self._rows(
            "SELECT DISTINCT night FROM readings WHERE night >= ? AND record_id IN"
            f" (SELECT record_id FROM captures WHERE payload_length > 0 AND digest IN ({unread})) ORDER BY night",
            since,
            reader,
        )
        return [row[0] for row in rows]

    def note_rules(self, nights: Iterable[str], rules_version: str) -> None:
        """Record by which rules nights were judged last."""
        with self._writing() as db:
            db.executemany(
                "UPDATE nights SET rules_version = ? WHERE id = ? AND rules_version IS NOT ?",
                [(rules_version, night, rules_version) for night in nights],
            )

    # ------------------------------------------------------------ standings

    def store_standings(self, night_id: str, standings: dict[str, Standing], rules_version: str) -> None:
        """Store a night's verdicts by subject."""
        self.set_standings(((night_id, subject, standing) for subject, standing in standings.items()), rules_version)

    def set_standings(self, standings: Iterable[tuple[str, str, Standing]], rules_version: str) -> None:
        """Store verdicts: (night, subject, standing), in place of what was stored before."""
        rows = (_standing_row(*standing, rules_version) for standing in standings)
        with self._writing() as db:
            db.executemany("INSERT OR REPLACE INTO standings VALUES (?, ?, ?, ?, ?, ?, ?, ?)", rows)

    def standings_over(self, subject: str, since: str = "") -> dict[str, str]:
        """By night from one on, a subject's verdict as it is stored: see `standing_text`."""
        return dict(self._tuples("SELECT night, data FROM standings WHERE subject = ? AND night >= ?", subject, since))

    def standings_of_subject(self, subject: str) -> dict[str, Standing]:
        """A subject's verdicts by night, oldest first."""
        rows = self._rows("SELECT night, data FROM standings WHERE subject = ? ORDER BY night", subject)
        return {row["night"]: read_json(Standing, row["data"]) for row in rows}

    def standings_of(self, night_id: str) -> dict[str, Standing]:
        """A night's verdicts by subject."""
        rows = self._rows("SELECT subject, data FROM standings WHERE night = ?", night_id)
        return {row["subject"]: read_json(Standing, row["data"]) for row in rows}

    def standings_before(self, night_id: str) -> dict[str, Standing]:
        """By subject, its newest verdict from before a night."""
        rows = self._rows(
            "SELECT s.subject, s.data FROM standings s JOIN (SELECT subject, max(night) AS night FROM standings"
            " WHERE night < ? GROUP BY subject) newest ON newest.subject = s.subject AND newest.night = s.night",
            night_id,
        )
        return {row["subject"]: read_json(Standing, row["data"]) for row in rows}


@lru_cache(maxsize=8192)
def _written(value: Reading | Change | Standing) -> str:
    return write_json(value)


def reading_text(reading: Reading) -> str:
    """A reading as it is stored."""
    return _written(reading)


def standing_text(standing: Standing) -> str:
    """A verdict as it is stored."""
    return _written(standing)


def read_standing(text: str) -> Standing:
    """A verdict from what is stored."""
    return read_json(Standing, text)


def _flag(value: bool | None) -> int | None:
    return None if value is None else int(value)


def _ends(seen: Observation | None) -> tuple[str | None, str | None]:
    """Where a chain ended, and the record of its end."""
    final = seen.final if seen else None
    return final.uri if final and seen and not seen.robots_only else None, final.record_id if final else None


def _standing_row(night_id: str, subject: str, standing: Standing, rules_version: str) -> tuple[Any, ...]:
    return (
        night_id,
        subject,
        standing.verdict.value,
        standing.group.value,
        standing.since.isoformat(),
        standing.failing_nights,
        rules_version,
        _written(standing),
    )


@lru_cache(maxsize=1024)
def _change(text: str) -> Change:
    return read_json(Change, text)


def _night_reading(
    night: str,
    seen_at: str,
    outcome: str,
    robots_only: int,
    final_uri: str | None,
    sub: str,
    unlike: int | None,
    change: str | None,
    baseline: str | None,
    https: int | None,
    elsewhere: int | None,
    valid: int,
) -> NightReading:
    return NightReading(
        night,
        datetime.fromisoformat(seen_at),
        _OUTCOMES[outcome],
        robots_only == 1,
        not valid,
        final_uri,
        sub,
        None if unlike is None else unlike == 1,
        None if change is None else _change(change),
        baseline is not None,
        None if https is None else https == 1,
        None if elsewhere is None else elsewhere == 1,
    )
