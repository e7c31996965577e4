"""What the archive is handed: one exchange, and how it came to be asked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from crawler.archive.warcfields import Fields
from crawler.model import Capture, Exchange


@dataclass(frozen=True, slots=True)
class Recording:
    """An exchange with its context. Nothing here may hold a subscriber's identity: redact before.

    `via` is the uri that led here, `hop_path` one letter a hop, `cited_by` one text a citation (the
    document's sha256 and the place in it), `revalidated` the capture whose validators were sent.
    `outlinks` reads the page's links as fields of its metadata record; it is called only for an answer that is
    stored in full, on the writer's thread.
    """

    exchange: Exchange
    urlkey: str
    via: str | None = None
    hop_path: str = ""
    cited_by: tuple[str, ...] = ()
    revalidated: Capture | None = None
    outlinks: Callable[[], Fields] | None = None
