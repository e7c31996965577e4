"""The writer of a night's WARC files: exchanges in, durable and indexed captures out.

Rules:
- Append, then one fsync, then one index transaction for a group: what is indexed is on the disk.
- All records of an exchange stand in one file; a file is closed before the exchange that would cross its size,
  reckoned unpacked: so no file is larger, but for one that holds a single exchange.
- A failed group leaves no trace: the file is cut back to its last committed member. When only the index
  failed, the bytes are good: the file stays `.open`, and recovery indexes it.
- Everything happens in the calling thread, one call at a time; no call returns before its bytes are safe.
"""

from __future__ import annotations

import logging
import threading
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from crawler.archive.captures import Place, capture_of_exchange
from crawler.archive.cdxj import write_lines
from crawler.archive.files import cdxj_of, name_file, place_of, replace_file, told_plainly
from crawler.archive.index import Index
from crawler.archive.openfile import OpenFile, Ready, ready
from crawler.archive.originals import Originals
from crawler.archive.recording import Recording
from crawler.archive.records import (
    Revisit,
    WarcRecord,
    certificate_record,
    exchange_records,
    metadata_record,
    resource_record,
    warcinfo_record,
)
from crawler.archive.warcfields import Fields
from crawler.clock import Clock
from crawler.model import Capture, Exchange, Night

MAX_FILE_BYTES = 1_000_000_000

_log = logging.getLogger(__name__)


def new_record_id() -> str:
    """A fresh WARC-Record-ID (RFC 9562 §5.4), in its brackets."""
    return f"<{uuid.uuid4().urn}>"


class ArchiveWriter:
    """Writes one night into `archive`/warc. `info` are further warcinfo fields (operator, robots, …).

    Every method raises ArchiveError, in one sentence, when the disk does not let it.
    """

    def __init__(
        self,
        archive: Path,
        index: Index,
        night: Night,
        clock: Clock,
        info: Mapping[str, str],
        max_file_bytes: int = MAX_FILE_BYTES,
    ) -> None:
        self._archive = archive
        self._index = index
        self._night = night
        self._clock = clock
        self._info = info
        self._max_file_bytes = max_file_bytes
        self._originals = Originals(archive, index)
        self._lock = threading.Lock()
        self._file: OpenFile | None = None
        self._serial = 0
        self._pending: list[Capture] = []
        self._certificates: set[tuple[str, bytes]] = set()

    @property
    def archive(self) -> Path:
        """The folder that is written."""
        return self._archive

    def write(self, recordings: Sequence[Recording]) -> list[Capture | None]:
        """Archive a group: the capture of each answer, durable and indexed; None where nothing came."""
        with self._lock, self._all_or_nothing():
            captures = [self._append(recording) for recording in recordings]
            self._commit()
            self._originals.remember()
            return captures

    def write_resource(self, uri: str, media_type: str, block: bytes) -> str:
        """Archive a thing of our own (a log, a report) under a uri: its record id."""
        return self._write_one(
            lambda warcinfo: resource_record(new_record_id(), uri, self._clock.now(), media_type, block, warcinfo)
        )

    def write_metadata(self, uri: str, refers_to: str, fields: Fields) -> str:
        """Archive what became known of an earlier record: the new record's id."""
        return self.write_notes([(uri, refers_to, fields)])[0]

    def write_notes(self, notes: Sequence[tuple[str, str, Fields]]) -> list[str]:
        """Archive a group of these, `(uri, refers_to, fields)` each: the new records' ids."""
        with self._lock, self._all_or_nothing():
            record_ids = [self._append_note(*note) for note in notes]
            self._commit()
            return record_ids

    def _append_note(self, uri: str, refers_to: str, fields: Fields) -> str:
        file, [one] = self._laid(
            lambda warcinfo: [metadata_record(new_record_id(), uri, self._clock.now(), refers_to, fields, warcinfo)]
        )
        file.append(one)
        return one.record.record_id

    def _write_one(self, make: Callable[[str], WarcRecord]) -> str:
        with self._lock, self._all_or_nothing():
            file, [one] = self._laid(lambda warcinfo: [make(warcinfo)])
            file.append(one)
            self._commit()
            return one.record.record_id

    def close(self) -> None:
        """Give the last file its final name and its CDXJ."""
        with self._lock, told_plainly(self._archive):
            self._originals.remember(all_of_them=True)
            self._finish_file()

    def _append(self, recording: Recording) -> Capture | None:
        exchange = recording.exchange
        if not exchange.sent and not exchange.received_length:
            return None
        revisit = self._originals.revisit_of(recording)
        file, records = self._laid(lambda warcinfo: self._records_of(recording, revisit, warcinfo))
        places = [file.append(one) for one in records]
        self._certificates.update(_shown(exchange))
        if not exchange.received_length:
            return None
        place = Place(file.filename, *places[0], self._night.id)
        capture = capture_of_exchange(recording, records[0].record, revisit, place)
        self._pending.append(capture)
        return capture

    def _records_of(self, recording: Recording, revisit: Revisit | None, warcinfo_id: str) -> list[WarcRecord]:
        """An exchange's records, the answer first; a host's certificate once a night and once more when it changes."""
        exchange = recording.exchange
        records = exchange_records(recording, revisit, warcinfo_id, new_record_id)
        if _shown(exchange) <= self._certificates:
            return records
        return [*records, certificate_record(new_record_id(), exchange, warcinfo_id, records[0].record_id)]

    def _commit(self) -> None:
        """Make the group durable, then index it."""
        if self._file is None or self._file.size == self._file.committed:
            return
        self._file.commit()
        try:
            self._index.add_captures(self._pending)
        except BaseException:
            self._file.abandon()
            self._file = None
            raise
        self._pending.clear()

    @contextmanager
    def _all_or_nothing(self) -> Iterator[None]:
        with told_plainly(self._archive):
            try:
                yield
            except BaseException:
                self._pending.clear()
                self._certificates.clear()
                self._cut_back()
                raise

    def _cut_back(self) -> None:
        if self._file is None:
            return
        file = self._file
        try:
            file.cut_back()
            if file.committed:
                return
            file.finish()
        except OSError as error:
            _log.warning("%s could not be cut back (%s); the next night recovers it", file.path, error)
            file.abandon()
        self._file = None

    def _laid(self, make: Callable[[str], list[WarcRecord]]) -> tuple[OpenFile, list[Ready]]:
        """Records made for the file that takes them all: the current one, or a new one when they would cross it."""
        file = self._file or self._begin_file()
        records = [ready(record) for record in make(file.warcinfo_id)]
        if file.has_room(records, self._max_file_bytes):
            return file, records
        self._commit()
        self._finish_file()
        file = self._begin_file()
        return file, [ready(record) for record in make(file.warcinfo_id)]

    def _begin_file(self) -> OpenFile:
        now = self._clock.now()
        self._serial += 1
        while place_of(self._archive, name_file(now, self._serial)).exists():
            self._serial += 1  # a simulated clock repeats its times
        file = self._file = OpenFile(self._archive, name_file(now, self._serial))
        file.begin(warcinfo_record(new_record_id(), file.filename, now, self._night.id, self._all_info()))
        return file

    def _all_info(self) -> dict[str, str]:
        simulated = {"clock": f"simulated, from {self._night.started_at.isoformat()}"} if self._night.simulated else {}
        return {**self._info, **simulated}

    def _finish_file(self) -> None:
        if self._file is None:
            return
        file, self._file = self._file, None
        if file.finish():
            replace_file(cdxj_of(file.final), write_lines(self._index.each_capture_in(file.filename)))


def _shown(exchange: Exchange) -> set[tuple[str, bytes]]:
    """The certificate a host showed, by its name and port; empty where it showed none."""
    if exchange.tls is None or not exchange.tls.certificate:
        return set()
    return {(urlsplit(exchange.uri).netloc, exchange.tls.certificate)}
