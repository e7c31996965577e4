"""Whether an answer may be written as a revisit, and of which original.

Rules:
- Only an original whose record is indexed (so its bytes are durable) and was read back, digest held, since its
  file was last changed: an altered or restored file is read back again before anything refers to it. What a
  disk alters in silence is found by the nightly sample (sample.py), which takes the proof back.
- A duplicate within one group is therefore written in full: its twin is not indexed yet.
- Never of an answer that was seen later, as in a night of an earlier simulated time: players would show a copy
  from the future.
- Never of a revisit, never for an empty payload, never for a message the network cut short: such a cut
  proves nothing. One cut by our own limit is cut at the same byte each time, and may repeat.
- An original that cannot be read back is said once, a missing file with all it held once; the answer is written
  in full.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

from crawler.archive.files import place_of, stamp_of
from crawler.archive.index import Index
from crawler.archive.metadata import truncation
from crawler.archive.reader import original_of, verify_block
from crawler.archive.recording import Recording
from crawler.archive.records import Profile, Revisit
from crawler.archive.warcfields import target_uri
from crawler.errors import ArchiveError
from crawler.model import Capture, Exchange, RecordType, Truncated

# Proofs remembered in one transaction; what a crash forgets is proven once more.
_GROUP = 500

_log = logging.getLogger(__name__)


class Originals:
    """Finds originals for one writer, and remembers which ones are broken."""

    def __init__(self, archive: Path, index: Index) -> None:
        self._archive = archive
        self._index = index
        self._broken: set[str] = set()
        self._lost_files: set[str] = set()
        self._stamps: dict[str, int] = {}  # by record id, the stamp of its file when it was proven in this run
        self._proven: dict[str, int] = {}  # of these, what the index does not know yet

    def revisit_of(self, recording: Recording) -> Revisit | None:
        """How an answer repeats one already archived, or None when it has to be written in full."""
        head = recording.exchange.head
        if head is None:
            return None
        if head.status == 304:
            return self._not_modified(recording)
        if not may_repeat(recording.exchange):
            return None
        original = next(filter(self._is_sound, self._candidates(recording)), None)
        return Revisit(Profile.IDENTICAL_PAYLOAD_DIGEST, original) if original else None

    def remember(self, *, all_of_them: bool = False) -> None:
        """Tell the index what was proven, when it has become much or is the last."""
        if len(self._proven) >= _GROUP or (self._proven and all_of_them):
            self._index.mark_proven(self._proven)
            self._proven.clear()

    def _not_modified(self, recording: Recording) -> Revisit | None:
        if recording.revalidated is None:
            return None
        try:
            original = original_of(self._index, recording.revalidated)
        except ArchiveError as error:
            _log.warning("%s; the 304 is kept as an answer of its own", error)
            return None
        fits = original.seen_at <= recording.exchange.started_at and self._is_sound(original)
        return Revisit(Profile.SERVER_NOT_MODIFIED, original) if fits else None

    def _candidates(self, recording: Recording) -> Iterator[Capture]:
        """The earliest response with this payload; should it be broken, later ones of the same uri. None seen later."""
        exchange = recording.exchange
        earliest = self._index.original_of(exchange.payload_digest)
        if earliest and earliest.seen_at <= exchange.started_at:
            yield earliest
            for capture in self._index.captures_of(target_uri(exchange.uri), recording.urlkey):
                if _holds_what_was_seen(capture, exchange):
                    yield capture

    def _is_sound(self, original: Capture) -> bool:
        if original.record_id in self._broken:
            return False
        try:
            self._read_back(original)
        except (ArchiveError, OSError) as error:
            self._broken.add(original.record_id)
            self._tell(original.filename, error)
            return False
        return True

    def _tell(self, filename: str, error: Exception) -> None:
        path = place_of(self._archive, filename)
        if path.exists():
            _log.warning("%s; what repeats it is written in full again", error)
        elif filename not in self._lost_files:
            self._lost_files.add(filename)
            _log.warning(
                "%s is missing; restore it from a backup. What repeats its answers is written in full again", path
            )

    def _read_back(self, original: Capture) -> None:
        """Prove an original, unless it was proven and its file is unchanged since."""
        record_id = original.record_id
        stamp = stamp_of(place_of(self._archive, original.filename))
        if self._stamps.get(record_id) == stamp:
            return
        if not stamp or self._index.proven_stamp(record_id) != stamp:
            verify_block(self._archive, original)
            self._proven |= {record_id: stamp} if stamp else {}
        self._stamps[record_id] = stamp


def _holds_what_was_seen(capture: Capture, exchange: Exchange) -> bool:
    same = capture.record_type is RecordType.RESPONSE and capture.digest == exchange.payload_digest
    return same and capture.seen_at <= exchange.started_at


def may_repeat(exchange: Exchange) -> bool:
    """Whether an answer's payload is known well enough to be replaced by a reference."""
    whole = truncation(exchange) in (None, Truncated.LENGTH) and exchange.failure is None
    return whole and exchange.payload_length > 0
