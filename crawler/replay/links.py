"""The URIs of the Memento resources, and the links between them (RFC 7089 §2.2, RFC 8288).

Rules:
- Every URI begins with a base that the operator configured; nothing a client sends leads elsewhere.
- An original stands in them exactly as it was written, escapes and all; what a link may not hold is escaped.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import quote

from crawler.replay.negotiate import Neighbours, http_date

LINK_FORMAT = "application/link-format"
# Browsers leave some more as they are that RFC 3986 would have escaped: escaped, it would be another name.
_NOT_IN_A_LINK = re.compile(r"[^\x21-\x7e]|[<>\"\\]")


@dataclass(frozen=True, slots=True)
class Places:
    """Where the resources stand: TimeGates and TimeMaps under `main_base`, mementos under `content_base`."""

    main_base: str
    content_base: str

    def timegate(self, uri: str) -> str:
        """The TimeGate of an original."""
        return f"{self.main_base}/timegate/{escape(uri)}"

    def timemap(self, uri: str, form: str = "link", since: str = "") -> str:
        """The TimeMap of an original, `form` link or json; or its page that begins with a timestamp."""
        return f"{self.main_base}/timemap/{form}/{since and since + '/'}{escape(uri)}"

    def memento(self, uri: str, timestamp: str) -> str:
        """The memento of an original."""
        return f"{self.content_base}/memento/{timestamp}/{escape(uri)}"


def escape(uri: str) -> str:
    """A URI as it may stand in a field and in `<…>`."""
    return _NOT_IN_A_LINK.sub(lambda found: quote(found[0], safe="", errors="replace"), uri)


def link(uri: str, rel: str, **attributes: str) -> str:
    """One link; its URI is escaped already."""
    return f'<{uri}>; rel="{rel}"' + "".join(f'; {name}="{value}"' for name, value in attributes.items() if value)


def fixed_links(places: Places, uri: str, around: Neighbours | None = None) -> list[str]:
    """The links every answer about an original has: itself, its TimeGate, its TimeMap in both forms."""
    span = {"from": http_date(around.first), "until": http_date(around.last)} if around else {}
    return [
        link(escape(uri), "original"),
        link(places.timegate(uri), "timegate"),
        link(places.timemap(uri), "timemap", type=LINK_FORMAT, **span),
        link(places.timemap(uri, "json"), "timemap", type="application/json"),
    ]


def memento_links(places: Places, uri: str, around: Neighbours) -> list[str]:
    """Links to a memento and to those around it; one that is several of them is linked once (RFC 7089 §2.2.4)."""
    rels: dict[str, list[str]] = {}
    for rel, timestamp in _around(around):
        if timestamp:
            rels.setdefault(timestamp, []).append(rel)
    return [
        link(
            places.memento(uri, timestamp),
            " ".join([*(rel for rel in found if rel), "memento"]),
            datetime=http_date(timestamp),
        )
        for timestamp, found in rels.items()
    ]


def _around(around: Neighbours) -> Iterable[tuple[str, str | None]]:
    yield "first", around.first
    yield "prev", around.prev
    yield "", around.this
    yield "next", around.next
    yield "last", around.last


def link_field(links: Iterable[str]) -> str:
    """The value of a Link field."""
    return ", ".join(links)
