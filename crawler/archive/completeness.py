"""How much of a page is held, as fields of a metadata record that refers to the page, and back.

Rules:
- The record names every part that is missing and why, and every part that was held before the night; the parts that
  the night captured have records of their own, whose `via` is the page.
- What is read back is the same value: the ledger's rows can be made again from the archive.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from crawler.archive.warcfields import Fields, parse_date, value_of, warc_date
from crawler.model import Completeness

# Reasons whose ids a reader would have to look up.
_WORDS = {
    "robots": "robots.txt",
    "robots-unreadable": "robots.txt unreadable",
    "status-404": "not found",
    "status-410": "gone",
    "number": "over the number",
    "bytes": "over the size",
    "depth": "too deep",
    "deadline": "night over",
    "budget": "host's budget used up",
    "personal": "names a reader",
    "tracker": "tracking",
    "redirects": "too many redirects",
    "our-fault": "a fault of ours",
}


@dataclass(frozen=True, slots=True)
class Account:
    """How much of a page is held, and what its record tells of single parts."""

    completeness: Completeness
    fields: Fields


def account_of(
    record_id: str,
    uri: str,
    night: str,
    at: datetime,
    captured: int,
    held: Sequence[tuple[str, str]],
    missing: Sequence[tuple[str, str]],
) -> Account:
    """The account of a page: how many parts the night captured, which were `held` before as (timestamp, uri), and which
    are `missing` as (reason, uri). The uris are redacted."""
    reasons = tuple(sorted(Counter(reason for reason, _ in missing).items()))
    referenced = captured + len(held) + len(missing)
    told = Completeness(record_id, uri, night, at, referenced, captured + len(held), len(held), reasons)
    return Account(told, _fields(told, held, missing))


def _fields(told: Completeness, held: Sequence[tuple[str, str]], missing: Sequence[tuple[str, str]]) -> Fields:
    return (
        ("partsReferenced", str(told.referenced)),
        ("partsCaptured", str(told.captured)),
        ("partsHeld", str(told.held)),
        ("partsNotedAt", warc_date(told.noted_at)),
        *(("partsMissing", f"{count} {reason}") for reason, count in told.missing),
        *(("partHeld", f"{timestamp} {uri}") for timestamp, uri in held),
        *(("partMissing", f"{reason} {uri}") for reason, uri in missing),
    )


def completeness_of(header: Fields, block: Fields, night: str) -> Completeness | None:
    """What a metadata record tells of a page's parts; None for one that tells something else, or nothing whole.

    `header` are the record's named fields, `block` those in its block, `night` the one its file belongs to.
    """
    counts = [value_of(block, name) or "" for name in ("partsReferenced", "partsCaptured", "partsHeld")]
    try:
        referenced, captured, held = map(int, counts)
        noted_at = parse_date(value_of(block, "partsNotedAt") or "")
        missing = tuple(_missing(value) for name, value in block if name == "partsMissing")
    except ValueError:
        return None
    record_id, uri = value_of(header, "WARC-Refers-To"), value_of(header, "WARC-Target-URI")
    if not record_id or not uri:
        return None
    return Completeness(record_id, uri, night, noted_at, referenced, captured, held, missing)


def _missing(value: str) -> tuple[str, int]:
    count, _, reason = value.partition(" ")
    return reason, int(count)


def told(completeness: Completeness) -> str:
    """For a person: `12 of 14 parts (1 not found, 1 robots.txt)`; `no parts` where the page names none."""
    if not completeness.referenced:
        return "no parts"
    reasons = ", ".join(
        f"{count} {_WORDS.get(reason, reason.replace('-', ' '))}" for reason, count in completeness.missing
    )
    held = f"{completeness.captured} of {completeness.referenced} parts"
    return f"{held} ({reasons})" if reasons else held
