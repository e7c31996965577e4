"""What a WARC file really holds: its whole records, their captures, accounts of pages, broken places, the end of all.

Rules:
- Past a broken place the walk goes on at the next record of this file (resync.py).
- An answer that is indexed in another file which is there is a copy: it is counted, and no capture of this file.
- A revisit whose original nobody knows keeps what the index said of it: the record alone does not say all of that.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from crawler.archive.captures import capture_of_record
from crawler.archive.cdxj import parse_line
from crawler.archive.completeness import completeness_of
from crawler.archive.copies import holder_of
from crawler.archive.files import OPEN, cdxj_of
from crawler.archive.index import Index
from crawler.archive.proof import wrong_digests
from crawler.archive.resync import Resync
from crawler.archive.stored import Damage, StoredRecord, walk
from crawler.archive.warcfields import parse_fields, value_of
from crawler.errors import ArchiveError
from crawler.model import Capture, Completeness, RecordType

UrlkeyOf = Callable[[str], str]


@dataclass(slots=True)
class Survey:
    """What a walk over a file of `size` bytes found; `end` is where its last whole record ends.

    `altered` are the offsets of whole records whose digests do not hold (only when they were proven), `unresolved`
    the record ids that revisits refer to and nobody knows, `copies` how many answers are copies of another file's.
    """

    size: int = 0
    end: int = 0
    records: int = 0
    captures: list[Capture] = field(default_factory=list)
    accounts: list[Completeness] = field(default_factory=list)
    damages: list[Damage] = field(default_factory=list)
    altered: list[int] = field(default_factory=list)
    unresolved: set[str] = field(default_factory=set)
    copies: Counter[str] = field(default_factory=Counter)


def survey_file(
    path: Path, known: Sequence[Capture], index: Index, urlkey_of: UrlkeyOf, *, prove: bool = False
) -> Survey:
    """Walk a file of which the index has these captures; `prove` its digests, too, and leave out what is altered.

    Raises OSError when it cannot be read.
    """
    found = _Surveyor(path, known, index, urlkey_of)
    with path.open("rb", buffering=0) as file:
        survey = found.survey
        survey.size = path.stat().st_size
        places = sorted({capture.offset for capture in known} | _listed_places(path))
        resync = Resync(file, survey.size, lambda offset: _next_of(places, offset))
        for record in walk(file, survey.size, resync.after):
            if isinstance(record, Damage):
                survey.damages.append(record)
                continue
            resync.learn(record)
            try:
                if prove and _is_altered(StoredRecord(file, record.offset)):
                    survey.altered.append(record.offset)
                else:
                    found.take(record)
                survey.end = record.offset + record.finish()
                survey.records += 1
            except ArchiveError:
                continue  # the walk tells it as Damage
    return survey


def differences(found: Sequence[Capture], known: Sequence[Capture]) -> tuple[list[Capture], list[Capture]]:
    """What the index has and the file has not, or not like that; and what it should have instead."""
    right = set(found)
    said = set(known)
    return [capture for capture in known if capture not in right], [one for one in found if one not in said]


def night_of(record: StoredRecord) -> str | None:
    """The night that a warcinfo record names; reads the block."""
    if record.record_type != RecordType.WARCINFO:
        return None
    return value_of(parse_fields(record.block.read()), "isPartOf")


class _Surveyor:
    def __init__(self, path: Path, known: Sequence[Capture], index: Index, urlkey_of: UrlkeyOf) -> None:
        self.survey = Survey()
        self._archive = path.parent.parent
        self._filename = path.name.removesuffix(OPEN)
        self._known = {capture.record_id: capture for capture in known}
        self._night = known[0].night if known else ""
        self._index = index
        self._urlkey_of = urlkey_of
        self._found: dict[str, Capture] = {}

    def take(self, record: StoredRecord) -> None:
        """Note a record's capture, if it is one. Raises ArchiveError when it is not whole."""
        self._night = night_of(record) or self._night
        if account := _account_in(record, self._night):
            record.finish()
            self.survey.accounts.append(account)
            return
        capture = capture_of_record(record, self._filename, self._night, self._urlkey_of, self._find)
        if capture is None:
            return
        record.finish()
        if held_by := holder_of(self._archive, self._index, self._filename, capture.record_id):
            self.survey.copies[held_by] += 1
            return
        if capture.refers_to and self._find(capture.refers_to) is None:
            self.survey.unresolved.add(capture.refers_to)
            capture = self._known.get(capture.record_id, capture)
        self._found[capture.record_id] = capture
        self.survey.captures.append(capture)

    def _find(self, record_id: str) -> Capture | None:
        return self._found.get(record_id) or self._index.capture_by_record_id(record_id)


def _account_in(record: StoredRecord, night: str) -> Completeness | None:
    """The account of a page's parts that a metadata record gives; reads the block of those that refer to another."""
    if record.record_type != RecordType.METADATA or record.value("WARC-Refers-To") is None:
        return None
    return completeness_of(record.fields, parse_fields(record.block.read()), night)


def _is_altered(record: StoredRecord) -> bool:
    return bool(wrong_digests(record)[0])


def _listed_places(path: Path) -> set[int]:
    """The offsets that the CDXJ beside a file names; none where it is missing or unreadable."""
    try:
        text = cdxj_of(path).read_text("utf-8")
        return {int(parse_line(line).fields["offset"]) for line in text.splitlines()}
    except (OSError, ValueError, KeyError):
        return set()


def _next_of(places: Sequence[int], offset: int) -> int | None:
    behind = bisect_right(places, offset)
    return places[behind] if behind < len(places) else None
