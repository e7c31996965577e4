"""The links of an answer, read once: for its metadata record, and for what is asked next.

Rules:
- Read only where somebody needs them: by the writer, for an answer that is stored in full, on its own thread.
- Every address is redacted: a page may hold links that were made for one reader.
- A fault of ours in reading costs the links of one page, never an exchange.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

from crawler.archive.warcfields import Fields
from crawler.content import HTML, charset_of, codings_of, decode, media_type
from crawler.fetch.payload import payload
from crawler.model import Exchange, Head
from crawler.pages.links import Links
from crawler.pages.page import READ_BYTES, read_links
from crawler.pages.style import read_style_links
from crawler.urls.redact import is_plain, redact

log = logging.getLogger(__name__)

# As many as one metadata record should hold.
MOST_OUTLINKS = 5_000
_READERS: dict[str, Callable[[bytes, str, str | None], Links]] = {
    **dict.fromkeys(HTML, read_links),
    "text/css": read_style_links,
}


def names_links(head: Head) -> bool:
    """Whether an answer is a page or a style sheet, and the real one: a page about an error is not read."""
    return head.status == 200 and media_type(head) in _READERS


def links_of(uri: str, head: Head, content: bytes) -> Links:
    """What the decoded content of a page or style sheet names; nothing for other types."""
    read = _READERS.get(media_type(head))
    return read(content, uri, charset_of(head, content) or None) if read else Links()


def outlink_fields(links: Links) -> Fields:
    """The links as a metadata record tells them (`outlink: URI E img/@src`, as Heritrix does), and how many it does
    not."""
    told = (*links.requisites, *links.outlinks)
    cut = links.cut + max(0, len(told) - MOST_OUTLINKS)
    # is_plain() first: redact() would remember each of a page's many addresses, and forget others for them.
    fields = tuple(
        ("outlink", f"{link.uri if is_plain(link.uri) else redact(link.uri)} {link.hop} {link.where}")
        for link in told[:MOST_OUTLINKS]
    )
    return (*fields, ("outlinksCut", str(cut))) if cut else fields


class LinkReading:
    """The reading of one answer's links, which may never happen. `links` and `content` are None until it did."""

    def __init__(self, uri: str, exchange: Exchange, head: Head) -> None:
        self._uri = uri
        self._exchange = exchange
        self._head = head
        self.content: bytes | None = None
        self.links: Links | None = None

    def fields(self) -> Fields:
        """The links as fields of a metadata record."""
        try:
            return outlink_fields(self._read())
        except Exception:
            log.exception("a fault of ours while reading the links of %s", redact(self._uri))
            return ()

    def _read(self) -> Links:
        if self.links is None:
            # One byte more than is read, so that it can be told that there was more.
            self.content = decode(payload(self._exchange), codings_of(self._head), READ_BYTES + 1).content
            self.links = links_of(self._uri, self._head, self.content)
        return self.links


def reading_of(uri: str, exchange: Exchange) -> LinkReading | None:
    """The reading of an answer's links; None where there are none to read."""
    head = exchange.head
    if head is None or exchange.failure is not None or not exchange.payload_length or not names_links(head):
        return None
    return LinkReading(uri, exchange, head)
