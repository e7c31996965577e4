"""What the answers of a night show: read once per payload, and their main text once per sight.

Rules:
- Read is what chains and looks beside targets ended on, of any status, where all of it came; what is known is not read
  again, unless an older reader read it.
- A page is looked at here; its main text is read only when it shows something new, and then apart where it is long or
  one of many. A body that takes too long costs its limit and has no text.
- May be called while the night still fetches, and again at its end.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC
from functools import cache
from importlib.metadata import version
from itertools import chain, islice
from pathlib import Path

from crawler.archive.reader import original_of, read_payload, read_record
from crawler.config import Config
from crawler.content import charset_of, codings_of, decode
from crawler.errors import ArchiveError
from crawler.ledger.ledger import Ledger
from crawler.ledger.sights import PayloadName
from crawler.model import Capture, Observation, SightKind
from crawler.night.apart import Pool, Work
from crawler.night.shown import fit, shown_of
from crawler.pages.sight import VERSION, Body, Shown, kind_of, read_sight, unread

log = logging.getLogger(__name__)

# Below this no page was found that takes more than two seconds; above it, whatever takes this long was made to.
SMALL_BYTES = 200 * 1024
# So many small pages are read sooner here than a process has started that could read them.
FEW = 16
# A page that tells of an error is a sentence; what is longer is a site's frame around it.
MOST_ERROR_BYTES = 200 * 1024
CHARSET_BYTES = 4096
BARE = "bare:"  # before the key of what was kept without its main text


def read_sights(ledger: Ledger, archive: Path, night_id: str, config: Config) -> None:
    """Read and store what a night's answers show, where it is not known yet."""
    _Reading(ledger, archive, config).read(night_id)


@cache
def reader_version() -> str:
    """What everything read depends on: our rules, and the libraries that see for us."""
    libraries = ("trafilatura", "pypdfium2", "pillow")
    return " ".join([VERSION, *(f"{name} {version(name)}" for name in libraries)])


class _Reading:
    """One call."""

    def __init__(self, ledger: Ledger, archive: Path, config: Config) -> None:
        self._ledger = ledger
        self._archive = archive
        self._config = config
        self._begun: set[str] = set()  # keys of pages whose text is being read

    def read(self, night_id: str) -> None:
        works = self._works(night_id)
        few = list(_few(works))
        if len(few) <= FEW and all(map(_is_small, few)):
            for work in few:
                self._store(work, shown_of(work.body, work.sight))
            return
        with Pool() as pool:
            for work, shown in pool.each(chain(few, works)):
                if shown is None:
                    log.warning("the text of %s was not read: it took too long or made its reader fail", work.body.uri)
                self._store(work, shown or _without_text(work))

    def _works(self, night_id: str) -> Iterator[Work]:
        """What is left to be read, after a look at every new page."""
        done: set[tuple[PayloadName, bool]] = set()
        for seen in self._seen(night_id):
            name = self._ledger.payload_of(seen)
            if name is None or (name, _is_error(seen)) in done:
                continue
            done.add((name, _is_error(seen)))
            body = None if self._is_known(name, seen) else self._body(name, seen)
            work = self._look(Work(name, body), seen) if body else None
            if work is not None:
                yield work

    def _seen(self, night_id: str) -> Iterator[Observation]:
        yield from self._ledger.each_observation(night_id)
        yield from (look.seen for look in self._ledger.side_looks(night_id))

    def _is_known(self, name: PayloadName, seen: Observation) -> bool:
        key = self._ledger.sight_key(name, reader_version())
        return key is not None and (_is_error(seen) or not key.startswith(BARE))

    def _look(self, work: Work, seen: Observation) -> Work | None:
        """Look at a page: None where its text is not wanted, or known."""
        if kind_of(work.body) is not SightKind.HTML:
            return work
        shown = read_sight(work.body)
        if shown.text is None and _is_error(seen) and len(work.body.content) > MOST_ERROR_BYTES:
            shown = Shown(replace(shown.sight, key=BARE + shown.sight.key), "")
        self._ledger.link_payload(work.name, shown.sight.key, reader_version())
        if shown.sight.key in self._begun or self._ledger.has_sight(shown.sight.key, reader_version()):
            return None
        self._begun.add(shown.sight.key)
        if shown.text is not None:
            self._store(work, Shown(fit(shown.sight), shown.text))
            return None
        return work._replace(sight=shown.sight)

    def _store(self, work: Work, shown: Shown) -> None:
        self._ledger.store_sight(shown.sight, shown.text or "", reader_version())
        if work.sight is None:
            self._ledger.link_payload(work.name, shown.sight.key, reader_version())

    # ------------------------------------------------------------ bodies

    def _body(self, name: PayloadName, seen: Observation) -> Body | None:
        """The decoded body of a payload; None where the archive does not hold all of it."""
        try:
            return self._read_body(name, seen)
        except ArchiveError as error:
            log.warning("what %s shows was not read: %s", seen.uri, error)
            return None

    def _read_body(self, name: PayloadName, seen: Observation) -> Body | None:
        capture = self._capture(name, seen)
        if capture is None or self._is_cut(capture):
            return None
        payload = read_payload(self._archive, self._ledger, capture)
        cap = self._config.max_decoded_bytes
        decoded = decode(payload.pieces, codings_of(payload.head), cap)
        return Body(
            content=decoded.content,
            media_type=name[1],
            charset=charset_of(payload.head, decoded.content[:CHARSET_BYTES]),
            uri=seen.final.uri if seen.final else seen.uri,
            seen_on=seen.seen_at.astimezone(UTC).date(),
            whole=decoded.complete or len(decoded.content) < cap,
            decodes=decoded.complete or len(decoded.content) >= cap,
        )

    def _capture(self, name: PayloadName, seen: Observation) -> Capture | None:
        record_id = seen.final.record_id if seen.final else None
        own = self._ledger.capture_by_record_id(record_id) if record_id else None
        return own or self._ledger.original_of(name[0])

    def _is_cut(self, capture: Capture) -> bool:
        with read_record(self._archive, original_of(self._ledger, capture)) as record:
            return record.value("WARC-Truncated") is not None


def _few(works: Iterator[Work]) -> Iterator[Work]:
    """The first works: as many as are read here, and one more; none behind one that is to be read apart."""
    for work in islice(works, FEW + 1):
        yield work
        if not _is_small(work):
            return


def _is_small(work: Work) -> bool:
    apart = work.sight is None and kind_of(work.body) in (SightKind.PDF, SightKind.IMAGE)
    return len(work.body.content) <= SMALL_BYTES and not apart


def _is_error(seen: Observation) -> bool:
    return seen.final is not None and (seen.final.status or 0) >= 400


def _without_text(work: Work) -> Shown:
    return Shown(fit(work.sight or unread(work.body).sight), "")
