"""The main text of new payloads, stored once per digest: what later nights compare."""

from __future__ import annotations

import logging
from importlib.metadata import version
from pathlib import Path

from crawler.archive.reader import read_payload
from crawler.config import Config
from crawler.content import codings_of, decode
from crawler.errors import ArchiveError
from crawler.judge.text import main_text
from crawler.ledger.ledger import Ledger
from crawler.model import Capture

log = logging.getLogger(__name__)
HTML = ("text/html", "application/xhtml+xml")
# Beyond this a page is a data dump; its text would cost minutes and tell an editor nothing.
MAX_HTML_BYTES = 4 * 1024 * 1024


def store_texts(ledger: Ledger, archive: Path, night_id: str, config: Config) -> None:
    """Extract and store the main text of the HTML pages a night ended on, where it is not known yet."""
    extractor = f"trafilatura {version('trafilatura')}"
    pages = {
        seen.content.digest: None
        for seen in ledger.observations_of(night_id).values()
        if seen.content and seen.content.media_type in HTML and seen.content.length_bytes
    }
    for capture in ledger.without_text(pages):
        try:
            page = _page(ledger, archive, capture, min(config.max_decoded_bytes, MAX_HTML_BYTES))
        except ArchiveError as error:
            log.warning("no main text of %s: %s", capture.uri, error)
            continue
        text = main_text(page, capture.uri)
        ledger.store_text(capture.digest, text.title, text.language, text.text, extractor)


def _page(ledger: Ledger, archive: Path, capture: Capture, cap: int) -> bytes:
    payload = read_payload(archive, ledger, capture)
    return decode(payload.pieces, codings_of(payload.head), cap).content
