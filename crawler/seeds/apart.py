"""Reading in a process of its own: a document made to crash, to hang or to fill the memory costs only itself.

Rules:
- One process reads document after document and is replaced after PER_PROCESS of them, so that what a library
  keeps does not add up.
- A document that takes longer than its time, or more than its memory, is named with one sentence.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import signal
import socket
import subprocess
import sys
import traceback
from collections.abc import Iterator
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Self

from crawler.seeds.formats import Format, misnamed
from crawler.seeds.reading import Reading, Why

LIMIT_S = 120.0
MEMORY_BYTES = 4 * 1024**3
PER_PROCESS = 200

TOO_SLOW = Why(
    f"took longer than {LIMIT_S:g} s to read; split it, or save it again with another program",
    f"读取超过 {LIMIT_S:g} 秒；请拆分，或换一个程序重新保存",
)
CRASHED = Why(
    "makes its reader fail; save it again with another program, or as .txt",
    "读取程序无法处理该文件；请换一个程序重新保存，或另存为 .txt",
)
TOO_LARGE = Why("needs more memory than there is; split it", "读取所需内存过大；请拆分")

Answer = tuple[str, Reading | Why]


def read_here(format_: Format, content: bytes) -> Answer:
    """sha256 and reading of content, in this process. A fault of a reader costs its document, and says where it is."""
    digest = hashlib.sha256(content).hexdigest()
    why = misnamed(format_, content)
    if why:
        return digest, why
    try:
        return digest, format_.load()(content)
    except MemoryError:
        return digest, TOO_LARGE
    except Exception as error:  # noqa: BLE001 -- not its words: they may quote the document
        return digest, _failed(error)


def _failed(error: Exception) -> Why:
    place = traceback.extract_tb(error.__traceback__)[-1]
    where = f"{type(error).__name__}, {Path(place.filename).name} line {place.lineno}"
    return Why(f"{CRASHED.en} ({where})", f"{CRASHED.zh}（{where}）")


class Apart:
    """Reads documents in another process, started when the first comes; a context manager."""

    def __init__(self, limit_s: float = LIMIT_S) -> None:
        self._limit_s = limit_s
        self._process: subprocess.Popen[bytes] | None = None
        self._pipe: Connection | None = None
        self._read = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def read(self, path: Path, format_: Format) -> Answer | Why:
        """sha256 and reading of a file, or why there is none."""
        pipe = self._pipe or self._start()
        try:
            pipe.send((path, format_))
            if not pipe.poll(self._limit_s):
                self.stop()
                return TOO_SLOW
            answer: Answer | Why = pipe.recv()
        except (EOFError, OSError):
            self.stop()
            return CRASHED
        self._read += 1
        if self._read >= PER_PROCESS:
            self.stop()
        return answer

    def _start(self) -> Connection:
        # A program of its own: a fork would copy threads, and spawning would import the caller's main module again.
        ours, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-c", f"from crawler.seeds.apart import serve; serve({theirs.fileno()})"],
                pass_fds=[theirs.fileno()],
                env={**os.environ, "PYTHONPATH": os.pathsep.join(path or str(Path.cwd()) for path in sys.path)},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
        self._pipe, self._read = Connection(ours.detach()), 0
        return self._pipe

    def stop(self) -> None:
        """End the process, whatever it does."""
        if self._pipe is not None:
            self._pipe.close()
        if self._process is not None:
            self._process.kill()
            self._process.wait()
        self._process = self._pipe = None


def serve(descriptor: int) -> None:
    """Read what is asked for over a connection until nobody asks any more."""
    pipe = Connection(descriptor)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _limit_memory()
    for path, format_ in _questions(pipe):
        pipe.send(_answer(path, format_))


def _questions(pipe: Connection) -> Iterator[tuple[Path, Format]]:
    with contextlib.suppress(EOFError, OSError):
        while True:
            yield pipe.recv()


def _limit_memory() -> None:
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))


def _answer(path: Path, format_: Format) -> Answer | Why:
    try:
        return read_here(format_, path.read_bytes())
    except MemoryError:  # of the file itself
        return TOO_LARGE
    except OSError as error:
        return Why(f"cannot be opened ({error.strerror})", f"文件无法打开（{error.strerror}）")
