"""One night at a time on one archive: a lock of the operating system, which a crash lets go of."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from crawler.errors import AnotherNight, ArchiveError


@contextmanager
def night_lock(archive: Path) -> Iterator[None]:
    """Hold the archive for one night. Raises AnotherNight naming who holds it, ArchiveError if it cannot be locked."""
    path = archive / ".lock"
    try:
        archive.mkdir(parents=True, exist_ok=True)
        file = path.open("a+")
    except OSError as error:
        raise ArchiveError(
            f"{archive}: cannot be written ({error.strerror}); check the folder's permissions"
        ) from error
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            holder = file.read().strip() or "unknown"
            raise AnotherNight(f"{archive}: another night is running (process {holder}); wait for it to end") from None
        _sign(file.fileno())
        yield


def _sign(descriptor: int) -> None:
    """Write who holds the lock; a full disk may leave that out, not the lock."""
    with suppress(OSError):
        os.ftruncate(descriptor, 0)
        os.write(descriptor, str(os.getpid()).encode())
