"""Hands out an archived copy: decoded for people, or raw as it was sent."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from crawler.archive.index import Index
from crawler.archive.reader import Payload, read_payload
from crawler.content import codings_of, decode
from crawler.errors import ArchiveError, EverciteError, UsageError
from crawler.model import Capture, Head

# A copy for people: whoever needs a bomb's full size asks for --raw.
MAX_DECODED_BYTES = 1024 * 1024 * 1024


def write_copy(archive: Path, index: Index, capture: Capture, output: Path | None, *, headers: bool, raw: bool) -> None:
    """Write a capture's payload to a file or standard output.

    Raises ArchiveError when the stored record does not hold what the index says (nothing is left in `output`).
    """
    payload = read_payload(archive, index, capture)
    pieces = payload.pieces if raw else _decoded(payload)
    if output is None:
        _write(sys.stdout.buffer, payload.head if headers else None, pieces)
        sys.stdout.buffer.flush()
        return
    if output.is_dir() or not output.name:
        raise UsageError(f"{output}: is a folder; name a file in it with -o")
    part = output.with_name(output.name + ".part")
    try:
        with part.open("wb") as file:
            _write(file, payload.head if headers else None, pieces)
        part.replace(output)
    except OSError as error:
        raise EverciteError(f"{output}: cannot be written ({error.strerror}); name another file") from error
    finally:
        part.unlink(missing_ok=True)


def _decoded(payload: Payload) -> Iterator[bytes]:
    codings = codings_of(payload.head)
    if not codings:
        yield from payload.pieces
        return
    decoded = decode(payload.pieces, codings, MAX_DECODED_BYTES)
    if not decoded.complete:
        raise ArchiveError(f"the copy cannot be decoded ({decoded.problem}); ask for it with --raw")
    yield decoded.content


def _write(file: BinaryIO, head: Head | None, pieces: Iterator[bytes]) -> None:
    if head is not None:
        lines = [f"{head.version} {head.status} {head.reason}".rstrip(), *(f"{n}: {v}" for n, v in head.fields), "", ""]
        file.write("\r\n".join(lines).encode("latin-1"))
    for piece in pieces:
        file.write(piece)
