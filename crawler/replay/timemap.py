"""The TimeMap of an original: all its mementos, as links (RFC 7089 §5, RFC 6690) or as JSON.

Rules:
- What has more than PAGE mementos has an index: TimeMaps with the moments they reach from and to (§5.1.1). A page is
  named by its first memento, so that it stays where it is while the archive grows.
- The JSON is what aggregators of public archives exchange (Time Travel's API, MemGator), November 2026.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from crawler.ledger.ledger import Ledger
from crawler.ledger.mementos import Series
from crawler.model import captured_at
from crawler.replay.answer import Answer, Asked, refuse
from crawler.replay.links import LINK_FORMAT, Places, escape, link
from crawler.replay.negotiate import LATEST, http_date
from crawler.replay.originals import find_mementos, find_original, read_asked

PAGE = 5000
DIGITS = 17


@dataclass(frozen=True, slots=True)
class Listed:
    """A TimeMap: the mementos it lists, or the pages (first, last) it leads to; `first` and `last` of all there are."""

    uri: str
    since: str
    mementos: Sequence[str]
    pages: Sequence[tuple[str, str]]
    first: str
    last: str

    @property
    def span(self) -> tuple[str, str]:
        """From when to when it reaches."""
        return (self.mementos[0], self.mementos[-1]) if self.mementos else (self.first, self.last)


def list_mementos(ledger: Ledger, places: Places, asked: Asked, page: int = PAGE) -> Answer:
    """The answer of a TimeMap; `asked.kind` is timemap/link or timemap/json."""
    since, raw = split_page(asked.rest)
    uri = find_original(ledger, read_asked(raw))
    found = find_mementos(ledger, uri, LATEST) if uri else None
    if uri is None or found is None:
        return refuse(asked, 404, "no-copy" if uri else "unknown")
    series, around = found
    mementos = ledger.timestamps(series, since, page + 1)
    pages = _pages(ledger, series, page) if not since and len(mementos) > page else []
    if not mementos:
        return refuse(asked, 404, "no-copy")
    listed = Listed(uri, since, [] if pages else mementos[:page], pages, around.first, around.last)
    is_json = asked.kind.endswith("json")
    content = as_json(listed, places) if is_json else as_links(listed, places)
    kind = "application/json" if is_json else LINK_FORMAT
    return Answer(200, [("Content-Type", kind), ("Cache-Control", "no-cache")], content.encode())


def split_page(rest: str) -> tuple[str, str]:
    """The timestamp a page of a TimeMap begins with, "" for all of it, and the original as it was asked for."""
    digits, slash, raw = rest.partition("/")
    is_page = bool(slash) and len(digits) == DIGITS and digits.isascii() and digits.isdigit()
    return (digits, raw) if is_page else ("", rest)


def _pages(ledger: Ledger, series: Series, page: int) -> list[tuple[str, str]]:
    every = ledger.timestamps(series)
    return [(every[at], every[min(at + page, len(every)) - 1]) for at in range(0, len(every), page)]


# ---------------------------------------------------------------- link-format


def as_links(listed: Listed, places: Places) -> str:
    """application/link-format, a link a line."""
    return ",\n".join([*_heading(listed, places), *_page_links(listed, places), *_entries(listed, places)]) + "\n"


def _heading(listed: Listed, places: Places) -> list[str]:
    start, end = (http_date(at) for at in listed.span)
    itself = places.timemap(listed.uri, "link", listed.since)
    whole = [link(places.timemap(listed.uri), "timemap", type=LINK_FORMAT)] if listed.since else []
    return [
        link(escape(listed.uri), "original"),
        link(itself, "self", **{"type": LINK_FORMAT, "from": start, "until": end}),
        *whole,
        link(places.timegate(listed.uri), "timegate"),
    ]


def _page_links(listed: Listed, places: Places) -> list[str]:
    return [
        link(
            places.timemap(listed.uri, "link", start),
            "timemap",
            **{"type": LINK_FORMAT, "from": http_date(start), "until": http_date(end)},
        )
        for start, end in listed.pages
    ]


def _entries(listed: Listed, places: Places) -> list[str]:
    stem = places.memento(listed.uri, "\0").split("\0")
    return [
        f'<{stem[0]}{at}{stem[1]}>; rel="{_ends(listed, at)}memento"; datetime="{http_date(at)}"'
        for at in listed.mementos
    ]


def _ends(listed: Listed, timestamp: str) -> str:
    return ("first " if timestamp == listed.first else "") + ("last " if timestamp == listed.last else "")


# ---------------------------------------------------------------- JSON


def as_json(listed: Listed, places: Places) -> str:
    """The same as JSON."""
    told: dict[str, Any] = {
        "original_uri": listed.uri,
        "self": places.timemap(listed.uri, "json", listed.since),
        "timegate_uri": places.timegate(listed.uri),
        "timemap_uri": {
            "link_format": places.timemap(listed.uri, "link"),
            "json_format": places.timemap(listed.uri, "json"),
        },
    }
    if listed.pages:
        told["timemap_index"] = [
            {"uri": places.timemap(listed.uri, "json", start), "from": _iso(start), "until": _iso(end)}
            for start, end in listed.pages
        ]
    told["mementos"] = {
        "first": _entry(listed, places, listed.first),
        "last": _entry(listed, places, listed.last),
        "list": [_entry(listed, places, at) for at in listed.mementos],
    }
    return json.dumps(told, ensure_ascii=True, indent=1) + "\n"


def _entry(listed: Listed, places: Places, timestamp: str) -> dict[str, str]:
    return {"datetime": _iso(timestamp), "uri": places.memento(listed.uri, timestamp)}


def _iso(timestamp: str) -> str:
    """A timestamp as RFC 3339 in whole seconds, as Memento-Datetime has it."""
    return captured_at(timestamp).strftime("%Y-%m-%dT%H:%M:%SZ")
