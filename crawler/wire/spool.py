"""Where an answer's bytes go while they come: counted, hashed, in memory up to a threshold, then on disk."""

from __future__ import annotations

import hashlib
from pathlib import Path
from tempfile import SpooledTemporaryFile
from typing import IO

MEMORY_BYTES = 1024 * 1024


class Spool:
    """The bytes of one answer. Digests are `sha256:<hex>` over what was kept (block) and over its payload."""

    def __init__(self, folder: Path | None = None) -> None:
        self.file: IO[bytes] = SpooledTemporaryFile(  # noqa: SIM115 - its reader closes it
            MEMORY_BYTES, dir=str(folder) if folder else None
        )
        self.interim = b""
        self.head_length = 0
        self.length = 0
        self.payload_length = 0
        self._block = hashlib.sha256()
        self._payload = hashlib.sha256()

    def keep(self, raw: bytes, payload: bytes = b"") -> None:
        """Append bytes of the message; raises OSError when the disk refuses them."""
        self.file.write(raw)
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
