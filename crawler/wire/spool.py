"""Where an answer's bytes go while they come: counted, hashed, in memory up to a threshold, then on disk."""

from __future__ import annotations

import hashlib
import io
import tempfile
from pathlib import Path
from typing import IO, cast

from crawler.errors import EverciteError
from crawler.wire.quota import Quota

MEMORY_BYTES = 1024 * 1024


class SpoolFile(io.RawIOBase):
    """Bytes that are appended, then read from anywhere; closing it gives its room back to the quota.

    On disk it is a file without a name and without a buffer: what was written is not refused later on.
    """

    def __init__(self, folder: Path | None, quota: Quota) -> None:
        self._folder = folder
        self._quota = quota
        self._bytes: io.BytesIO | io.FileIO = io.BytesIO()
        self._held = 0

    def readable(self) -> bool:
        """Always."""
        return True

    def seekable(self) -> bool:
        """Always."""
        return True

    def read(self, size: int | None = -1) -> bytes:
        """So many bytes from here on, fewer at the end; all of them by default."""
        return self._bytes.read(-1 if size is None else size)

    def readinto(self, buffer: object) -> int:
        """Fill the buffer from here on."""
        return self._bytes.readinto(buffer) or 0  # type: ignore[arg-type] # any writable buffer

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go to a place."""
        return self._bytes.seek(offset, whence)

    def tell(self) -> int:
        """The place."""
        return self._bytes.tell()

    def append(self, octets: bytes) -> None:
        """Add bytes at the end, where the place must be. Raises OSError when the disk refuses them."""
        if self._held + len(octets) > MEMORY_BYTES and isinstance(self._bytes, io.BytesIO):
            self._move_to_disk(self._bytes.getbuffer())
        self._write(octets)
        self._held += len(octets)
        self._quota.hold(len(octets))

    def close(self) -> None:
        """Let go of the bytes; a second time does nothing."""
        if not self.closed:
            self._bytes.close()
            self._quota.release(self._held)
        super().close()

    def _move_to_disk(self, kept: memoryview) -> None:
        with kept:
            self._bytes = tempfile.TemporaryFile(buffering=0, dir=self._folder)  # noqa: SIM115 - closed by close()
            self._write(kept)

    def _write(self, octets: bytes | memoryview) -> None:
        written = self._bytes.write(octets)
        while written < len(octets):  # a full disk takes a part first
            written += self._bytes.write(octets[written:])


class Spool:
    """The bytes of one answer. Digests are `sha256:<hex>` over what was kept (block) and over its payload."""

    def __init__(self, folder: Path | None, quota: Quota) -> None:
        self._folder = folder
        self._file = SpoolFile(folder, quota)
        self._interim = bytearray()
        self.head_length = 0
        self.length = 0
        self.payload_length = 0
        self._block = hashlib.sha256()
        self._payload = hashlib.sha256()

    @property
    def file(self) -> IO[bytes]:
        """The message without its interim heads; its reader closes it."""
        return cast(IO[bytes], self._file)

    @property
    def interim(self) -> bytes:
        """The interim heads."""
        return bytes(self._interim)

    def keep_interim(self, raw: bytes) -> None:
        """Append an interim head; together they are no longer than a head may be."""
        self._interim += raw

    def keep(self, raw: bytes, payload: bytes = b"") -> None:
        """Append bytes of the message; raises EverciteError when the disk refuses them."""
        try:
            self._file.append(raw)
        except OSError as error:
            folder = self._folder or "the folder for temporary files"
            raise EverciteError(
                f"an answer cannot be kept in {folder} ({error.strerror or error}); free disk space there, or set "
                "TMPDIR to a folder on a larger disk"
            ) from error
        self._block.update(raw)
        self.length += len(raw)
        if payload:
            self._payload.update(payload)
            self.payload_length += len(payload)

    @property
    def block_digest(self) -> str:
        """Over head and body as they crossed the wire."""
        return f"sha256:{self._block.hexdigest()}"

    @property
    def payload_digest(self) -> str:
        """Over the entity body, de-chunked, still content-coded."""
        return f"sha256:{self._payload.hexdigest()}"
