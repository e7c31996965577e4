"""What a night says while it works: a progress line on a terminal, plain log lines otherwise.

Rules:
- Whatever is logged, by us or by a library, passes one filter that redacts addresses in it.
- Standard error and the night's own log file; standard output carries the closing sentence alone.
"""

from __future__ import annotations

import logging
import shutil
import sys
import time
from contextlib import suppress
from pathlib import Path

from crawler.errors import EverciteError
from crawler.fetch.work import Progress
from crawler.urls.redact import redact_text

EVERY_S = 30.0
_FORMAT = "%(asctime)s %(levelname)s %(message)s"


class RedactingFormatter(logging.Formatter):
    """Formats a record on one line, without controls, every address in it in its display form."""

    def format(self, record: logging.LogRecord) -> str:
        """The line of a record."""
        text = redact_text(super().format(record))
        return "".join(c if c.isprintable() or c == "\n" else f"\\x{ord(c):02x}" for c in text)


class LogFile(logging.FileHandler):
    """The night's log; a full disk costs its lines, and is told once, by the night itself."""

    def handleError(self, record: logging.LogRecord) -> None:
        """Let a line go that the disk did not take; anything else is a fault of ours."""
        if not isinstance(sys.exc_info()[1], OSError):
            super().handleError(record)

    def close(self) -> None:
        """Close the file, whatever of it could not be written."""
        with suppress(OSError):
            super().close()


class Voice:
    """Speaks to whoever watches: quietly, normally, or verbosely."""

    def __init__(self, *, quiet: bool = False, verbose: bool = False) -> None:
        self._quiet = quiet
        self._level = logging.DEBUG if verbose else logging.INFO
        self._terminal = sys.stderr.isatty() and not quiet
        self._began = self._told = time.monotonic()
        self._width = 0
        self._log = logging.getLogger("evercite")
        self._handlers: list[logging.Handler] = []

    def begin(self, log_file: Path) -> None:
        """Log to a file, and to standard error unless quiet. Raises EverciteError when the file cannot be made."""
        try:
            self._file = LogFile(log_file, encoding="utf-8")
        except OSError as error:
            raise EverciteError(f"{log_file}: cannot be written ({error.strerror}); check the disk") from error
        self._add(self._file, self._level)
        self._add(logging.StreamHandler(), logging.CRITICAL if self._quiet else self._stderr_level())
        root = logging.getLogger()
        root.setLevel(self._level)
        for noisy in ("scrapy", "asyncio", "twisted", "py.warnings"):
            logging.getLogger(noisy).setLevel(logging.WARNING)

    def _stderr_level(self) -> int:
        if self._level == logging.DEBUG:
            return logging.DEBUG
        return logging.WARNING if self._terminal else logging.INFO

    def _add(self, handler: logging.Handler, level: int) -> None:
        handler.setFormatter(RedactingFormatter(_FORMAT))
        handler.setLevel(level)
        logging.getLogger().addHandler(handler)
        self._handlers.append(handler)

    def end(self) -> None:
        """Stop logging to this night's places."""
        self._clear_line()
        for handler in self._handlers:
            logging.getLogger().removeHandler(handler)
            handler.close()
        self._handlers.clear()

    def say(self, text: str) -> None:
        """One line of the night's own."""
        self._clear_line()
        self._log.info("%s", text)

    def warn(self, text: str) -> None:
        """One line that is shown on a terminal, too."""
        self._clear_line()
        self._log.warning("%s", text)

    def note(self, text: str) -> None:
        """One line for the log file alone: who watches is told in another way."""
        self._file.handle(self._log.makeRecord(self._log.name, logging.ERROR, "", 0, text, (), None))

    def close_with(self, sentence: str, report: Path) -> None:
        """The night's last words, on standard output: one sentence, and where the report is."""
        self._clear_line()
        sys.stdout.write(f"{sentence}\n{report}\n")
        sys.stdout.flush()

    def progress(self, progress: Progress) -> None:
        """Show how far the crawl is."""
        now = time.monotonic()
        if self._terminal:
            self._show(progress_line(progress, now - self._began))
        elif now - self._told >= EVERY_S:
            self._told = now
            self._log.info("%s", progress_line(progress, now - self._began))

    def _show(self, line: str) -> None:
        line = line[: shutil.get_terminal_size().columns - 1]
        sys.stderr.write("\r" + line.ljust(self._width))
        sys.stderr.flush()
        self._width = len(line)

    def _clear_line(self) -> None:
        if self._width:
            sys.stderr.write("\r" + " " * self._width + "\r")
            sys.stderr.flush()
            self._width = 0


def progress_line(progress: Progress, elapsed_s: float) -> str:
    """Counts, rate and the hosts still busy, in one line."""
    rate = progress.exchanges / elapsed_s if elapsed_s > 0 else 0.0
    busy = ", ".join(progress.busy[:2]) + (f" and {len(progress.busy) - 2} more" if len(progress.busy) > 2 else "")
    mib = progress.length_bytes / (1024 * 1024)
    line = f"{progress.seen}/{progress.total} checked, {progress.exchanges} requests, {rate:.1f}/s, {mib:.1f} MiB"
    return f"{line}; busy: {busy}" if busy else line
