"""Which other places cite what a row cites: the past issues that are affected with it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from crawler.reports.rows import Row


def find_citing(rows: Sequence[Row]) -> Callable[[Row], tuple[Row, ...]]:
    """What tells of a row which other citations lead to the same target, in the order of the documents."""
    by_target: dict[str, list[Row]] = {}
    for row in rows:
        by_target.setdefault(_target_of(row), []).append(row)
    by_target.pop("", None)
    return lambda row: tuple(other for other in by_target.get(_target_of(row), ()) if other is not row)


def _target_of(row: Row) -> str:
    return row.citation.same_as or row.citation.uri or ""
