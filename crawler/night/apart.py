"""Bodies read in processes of their own: one made to be slow, to crash or to fill the memory costs only its time limit.

Rules:
- The limit is one of CPU time, so that a busy machine loses no text; who does nothing is waited for a minute.
- As many at a time as there are processes; bodies are taken from their iterator when a process is free.
- A process is replaced when it fails, and after PER_PROCESS bodies, so that what libraries keep does not add up.
"""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import NamedTuple

from crawler.model import Sight
from crawler.night.shown import shown_of
from crawler.pages.sight import Body, Shown

CPU_S = 10.0
WALL_S = 60.0
MEMORY_BYTES = 3 * 1024**3
PER_PROCESS = 2_000


class Work(NamedTuple):
    """A body to be read, under its payload's name; a page comes with its sight: only its main text is wanted."""

    name: tuple[str, str]
    body: Body
    sight: Sight | None = None


@dataclass(slots=True)
class _Process:
    """A process that reads one body after another."""

    process: subprocess.Popen[bytes]
    pipe: Connection
    work: Work | None = None
    due: float = 0.0
    read: int = 0


class Pool:
    """Processes, started when the first body comes; a context manager."""

    def __init__(self, processes: int | None = None, cpu_s: float = CPU_S, wall_s: float = WALL_S) -> None:
        self._most = processes or os.cpu_count() or 1
        self._cpu_s = cpu_s
        self._wall_s = wall_s
        self._processes: list[_Process] = []

    def __enter__(self) -> Pool:
        return self

    def __exit__(self, *_: object) -> None:
        for one in list(self._processes):
            self._stop(one)

    def each(self, works: Iterator[Work]) -> Iterator[tuple[Work, Shown | None]]:
        """What each body shows, as it is found; None for one that took too long or made its process fail."""
        more = True
        while more or self._busy():
            more = more and self._give(works)
            if self._busy():
                yield from self._collect()

    def _busy(self) -> list[_Process]:
        return [one for one in self._processes if one.work is not None]

    def _give(self, works: Iterator[Work]) -> bool:
        """Give work to every free process; whether there may be more."""
        while len(self._busy()) < self._most:
            work = next(works, None)
            if work is None:
                return False
            one = next((one for one in self._processes if one.work is None), None) or self._start()
            one.work, one.due = work, time.monotonic() + self._wall_s
            with contextlib.suppress(OSError):  # it died: told when its answer is waited for
                one.pipe.send(work)
        return True

    def _collect(self) -> Iterator[tuple[Work, Shown | None]]:
        """Wait for an answer, or for the time of one to run out."""
        busy = self._busy()
        wait([one.pipe for one in busy], max(0.0, min(one.due for one in busy) - time.monotonic()))
        for one in busy:
            work = one.work
            if work is not None and (one.pipe.poll() or time.monotonic() >= one.due):
                yield work, self._answer(one)

    def _answer(self, one: _Process) -> Shown | None:
        one.work, one.read = None, one.read + 1
        try:
            answer: Shown | None = one.pipe.recv() if one.pipe.poll() else None
        except (EOFError, OSError):
            answer = None
        if answer is None or one.read >= PER_PROCESS:
            self._stop(one)
        return answer

    def _start(self) -> _Process:
        # A program of its own: a fork would copy threads, and spawning would import the caller's main module again.
        ours, theirs = socket.socketpair()
        with theirs:
            process = subprocess.Popen(
                [
                    sys.executable,
                    "-c",
                    f"from crawler.night.apart import serve; serve({theirs.fileno()}, {self._cpu_s})",
                ],
                pass_fds=[theirs.fileno()],
                env={**os.environ, "PYTHONPATH": os.pathsep.join(path or str(Path.cwd()) for path in sys.path)},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
        self._processes.append(_Process(process, Connection(ours.detach())))
        return self._processes[-1]

    def _stop(self, one: _Process) -> None:
        self._processes.remove(one)
        one.pipe.close()
        one.process.kill()
        one.process.wait()


def serve(descriptor: int, cpu_s: float) -> None:
    """Read what comes over a connection until nothing comes any more."""
    pipe = Connection(descriptor)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    with contextlib.suppress(EOFError, OSError):
        while True:
            pipe.send(_read(pipe.recv(), cpu_s))


def _read(work: Work, cpu_s: float) -> Shown | None:
    signal.setitimer(signal.ITIMER_PROF, cpu_s)  # when it runs out, SIGPROF ends the process (POSIX, getitimer)
    try:
        return shown_of(work.body, work.sight)
    except Exception:  # noqa: BLE001 -- whatever a library does to one body; the night says which body it was
        return None
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
