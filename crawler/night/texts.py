"""The main text of new payloads, stored once per digest: what later nights compare."""

from __future__ import annotations

import logging
import multiprocessing
from importlib.metadata import version
from multiprocessing.pool import Pool
from pathlib import Path
from typing import Self

from crawler.archive.reader import read_payload
from crawler.config import Config
from crawler.content import HTML, codings_of, decode
from crawler.errors import ArchiveError
from crawler.judge.text import MainText, main_text
from crawler.ledger.ledger import Ledger
from crawler.model import Capture

log = logging.getLogger(__name__)
# Beyond this a page is a data dump; its text would cost minutes and tell an editor nothing.
MAX_HTML_BYTES = 4 * 1024 * 1024
# Below this no page was found that takes more than two seconds; above it, whatever takes this long was made to.
SMALL_BYTES = 200 * 1024
LIMIT_S = 10.0


def store_texts(ledger: Ledger, archive: Path, night_id: str, config: Config) -> None:
    """Extract and store the main text of the HTML pages a night ended on, where it is not known yet."""
    extractor = f"trafilatura {version('trafilatura')}"
    pages = {
        seen.content.digest: None
        for seen in ledger.each_observation(night_id)
        if seen.content and seen.content.media_type in HTML and seen.content.length_bytes
    }
    originals = ledger.without_text(pages)
    with Extractor() as extract:
        for capture in originals:
            try:
                page = _page(ledger, archive, capture, min(config.max_decoded_bytes, MAX_HTML_BYTES))
            except ArchiveError as error:
                log.warning("no main text of %s: %s", capture.uri, error)
                continue
            text = extract(page, capture.uri)
            ledger.store_text(capture.digest, text.title, text.language, text.text, extractor)


class Extractor:
    """Extracts large pages in a process of their own: one made to be slow costs its time limit, not the night."""

    def __init__(self, limit_s: float = LIMIT_S) -> None:
        self._limit_s = limit_s
        self._pool: Pool | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._stop()

    def __call__(self, page: bytes, uri: str) -> MainText:
        """The main text of a page; an empty one when it takes too long."""
        if len(page) <= SMALL_BYTES:
            return main_text(page, uri)
        if self._pool is None:
            # Not forked: this process has threads of its own.
            self._pool = multiprocessing.get_context("spawn").Pool(1)
        try:
            return self._pool.apply_async(main_text, (page, uri)).get(self._limit_s)
        except multiprocessing.TimeoutError:
            log.warning("no main text of %s: it took more than %g s", uri, self._limit_s)
            self._stop()
            return MainText(None, None, "")

    def _stop(self) -> None:
        if self._pool is not None:
            self._pool.terminate()
            self._pool.join()
            self._pool = None


def _page(ledger: Ledger, archive: Path, capture: Capture, cap: int) -> bytes:
    payload = read_payload(archive, ledger, capture)
    return decode(payload.pieces, codings_of(payload.head), cap).content
