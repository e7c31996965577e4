"""Objects of a PDF as pypdf gives them, met with care: nothing raises, nothing unpacks beyond bounds.

Rules:
- Any step into a hostile file may raise about anything; `tried` is the one place where that becomes a value.
- Streams are weighed before they are unpacked, and unpacked only up to MAX_CONTENT_BYTES.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import TypeVar

from pypdf import apply_configuration
from pypdf.generic import ArrayObject, DictionaryObject, PdfObject, StreamObject

MAX_CONTENT_BYTES = 16 << 20  # of one page, unpacked: pdfium needs fifteen times that in memory
MAX_STREAMS = 500  # of one page, looked into for their size

_FACTORS = {"/FlateDecode": 1032, "/ASCII85Decode": 4, "/ASCIIHexDecode": 1}  # ASCII85 has `z` for four zeros

T = TypeVar("T")


def tried(read: Callable[[], T]) -> T | None:
    """What a reading gives, or None where it fails: a broken file raises about anything from the depths of a parser."""
    try:
        return read()
    except Exception:  # noqa: BLE001  # pypdf and pdfium are fed hostile bytes; their errors are values here
        return None


def dictionary_of(value: PdfObject | None) -> DictionaryObject | None:
    """A dictionary, wherever it is stored; None for anything else."""
    found = value.get_object() if value is not None else None
    return found if isinstance(found, DictionaryObject) else None


def array_of(value: PdfObject | None) -> ArrayObject | None:
    """An array, wherever it is stored; None for anything else."""
    found = value.get_object() if value is not None else None
    return found if isinstance(found, ArrayObject) else None


def is_fit(page: DictionaryObject) -> bool:
    """Whether the page's content, and the forms it may draw, unpack to a sane size."""
    streams = tried(lambda: list(_streams(page)))
    if streams is None:
        return False
    if sum(_most(stream) for stream in streams) <= MAX_CONTENT_BYTES:
        return True
    with apply_configuration(
        zlib_maximum_output_length=MAX_CONTENT_BYTES,
        lzw_maximum_output_length=MAX_CONTENT_BYTES,
        run_length_maximum_output_length=MAX_CONTENT_BYTES,
    ):
        return bool(tried(lambda: _unpacks_sanely(streams)))


def _most(stream: StreamObject) -> int:
    """How much a stream can unpack to at most: deflate packs no better than 1032 to one."""
    stored = len(stream._data)  # what was read; /Length may lie
    filters = stream.get("/Filter")
    names = filters if isinstance(filters, ArrayObject) else [filters]
    factors = [_FACTORS.get(str(name), MAX_CONTENT_BYTES) for name in names if name is not None]
    return stored * math.prod(factors)


def _unpacks_sanely(streams: Iterable[StreamObject]) -> bool:
    room = MAX_CONTENT_BYTES
    for stream in streams:
        room -= len(stream.get_data())
        if room < 0:
            return False
    return True


def _streams(page: DictionaryObject) -> Iterator[StreamObject]:
    """The content streams of a page and the forms among its resources, each once."""
    contents = page.get("/Contents")
    parts = array_of(contents) or [contents]
    waiting = [part.get_object() for part in islice(parts, MAX_STREAMS) if part is not None]
    waiting += _forms(page)
    seen: set[int] = set()
    while waiting and len(seen) < MAX_STREAMS:
        stream = waiting.pop()
        if isinstance(stream, StreamObject) and id(stream) not in seen:
            seen.add(id(stream))
            yield stream
            waiting += _forms(stream)


def _forms(owner: DictionaryObject) -> list[PdfObject | None]:
    resources = dictionary_of(owner.get("/Resources"))
    objects = dictionary_of(resources.get("/XObject")) if resources else None
    found = [place.get_object() for place in islice((objects or {}).values(), MAX_STREAMS)]
    return [one for one in found if isinstance(one, StreamObject) and one.get("/Subtype") == "/Form"]
