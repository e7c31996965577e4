"""What the archive already holds of the parts of pages, read back from it.

Rules:
- A part that was captured whole in one of the last nights is held; an older one is asked for with its validators.
- Whole is what its record does not call truncated (WARC 1.1 §5.13).
- A record that cannot be read back is as good as none: the part is asked for again.
"""

from __future__ import annotations

import logging
from datetime import timedelta
from pathlib import Path

from crawler.archive.reader import original_of, read_payload, read_record
from crawler.clock import Clock
from crawler.content import codings_of, decode
from crawler.errors import ArchiveError
from crawler.fetch.asking import Revalidation
from crawler.fetch.outlinks import links_of
from crawler.ledger.ledger import Ledger
from crawler.model import Capture
from crawler.pages.links import Links
from crawler.pages.page import READ_BYTES

log = logging.getLogger(__name__)

# A part is asked for again when its last capture is older: seven nights.
FRESH = timedelta(days=7)


class Shelf:
    """Finds parts in the archive. Every method reads files: not for the event loop's own thread."""

    def __init__(self, archive: Path, ledger: Ledger, clock: Clock) -> None:
        self._archive = archive
        self._ledger = ledger
        self._clock = clock

    def find(self, uri: str) -> tuple[Capture | None, Revalidation | None]:
        """The capture that holds a part; or else how to ask whether an older one still stands."""
        older: Revalidation | None = None
        since = self._clock.now() - FRESH
        for capture in self._ledger.captures_to_serve(uri):
            original = self._whole(capture)
            if original is None:
                continue
            if capture.seen_at >= since:
                return capture, None
            if older is None and (capture.etag or capture.last_modified):
                older = Revalidation(capture.etag, capture.last_modified, original)
        return None, older

    def links(self, capture: Capture) -> Links | None:
        """What a captured page or style sheet names; None when it cannot be read back."""
        try:
            seen = read_payload(self._archive, self._ledger, capture)
            content = decode(seen.pieces, codings_of(seen.head), READ_BYTES + 1).content
        except ArchiveError as error:
            log.warning("the links of %s are not known: %s", capture.uri, error)
            return None
        return links_of(capture.uri, seen.head, content)

    def _whole(self, capture: Capture) -> Capture | None:
        """The response record behind a capture, when it stands in the archive whole."""
        try:
            original = original_of(self._ledger, capture)
            with read_record(self._archive, original) as record:
                return original if record.value("WARC-Truncated") is None else None
        except ArchiveError:
            return None
