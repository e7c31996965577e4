"""The Memento resources as ASGI applications, one for each origin (RFC 7089; ASGI 3.0).

Rules:
- The target is taken as it was sent (raw_path, query_string): an original's escapes are part of its name.
- Bases are configured; no field of a request, Host least of all, leads into an answer.
- Look-ups and files are read in threads, each with a ledger of its own; the event loop only sends.
- Who takes too long, or is gone, is let go, and with him whatever file was open.
- What is wrong with the archive is told in one sentence; where it is wrong, only to our log.
"""

from __future__ import annotations

import asyncio
import logging
import re
import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from traceback import format_tb
from typing import Any

from crawler.errors import ArchiveError, LedgerError
from crawler.ledger.ledger import Ledger
from crawler.replay.answer import Answer, Asked, Fields, refuse
from crawler.replay.links import Places
from crawler.replay.memento import show_memento, split_timestamp
from crawler.replay.originals import find_original, read_asked
from crawler.replay.payloads import Payloads
from crawler.replay.timegate import open_timegate
from crawler.replay.timemap import list_mementos
from crawler.urls.redact import redact_text

Scope = Mapping[str, Any]
Receive = Callable[[], Any]
Send = Callable[[dict[str, Any]], Any]
Read = Callable[[Ledger, Asked], Answer]

THREADS = 4
# How long a client may take for a piece of content.
SLOW_S = 60.0
AT_ONCE_BYTES = 256 * 1024
_TARGET = re.compile(rb"/(timegate|timemap/link|timemap/json|memento)/(.*)", re.DOTALL)
# On every answer of either origin.
_PLAIN: Fields = [("X-Content-Type-Options", "nosniff"), ("Referrer-Policy", "no-referrer")]
# A sandboxed page may have no opener policy of its own (WHATWG HTML §7.4.5, read in November 2026): it would not be
# shown at all.
_ISOLATED: Fields = [
    *_PLAIN,
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("Cross-Origin-Opener-Policy", "unsafe-none"),
]
_INERT = ("Content-Security-Policy", "sandbox; default-src 'none'")

log = logging.getLogger(__name__)


def memento_app(ledger_path: Path, archive: Path, main_base: str, content_base: str) -> Resources:
    """TimeGates, TimeMaps and the way to mementos: for the main origin, whose URLs begin with `main_base`.

    Answers /timegate/URI, /timemap/link/URI, /timemap/json/URI, and /memento/TIMESTAMP/URI with 307 to the content
    origin. Links to mementos begin with `content_base`; a caller that has to let readers in first may pass
    `main_base` for both and answer /memento/ itself.
    """
    places = Places(main_base, content_base)
    reads: dict[str, Read] = {
        "timegate": lambda ledger, asked: open_timegate(ledger, places, asked),
        "timemap/link": lambda ledger, asked: list_mementos(ledger, places, asked),
        "timemap/json": lambda ledger, asked: list_mementos(ledger, places, asked),
        "memento": lambda ledger, asked: _send_on(ledger, places, asked),
    }
    return Resources(Ledgers(ledger_path), reads, _PLAIN)


def content_app(ledger_path: Path, archive: Path, main_base: str, content_base: str) -> Resources:
    """Mementos and nothing else: for the content origin, whose URLs begin with `content_base`."""
    places, payloads = Places(main_base, content_base), Payloads(archive)
    reads: dict[str, Read] = {"memento": lambda ledger, asked: show_memento(ledger, payloads, places, asked)}
    return Resources(Ledgers(ledger_path), reads, _ISOLATED)


def _send_on(ledger: Ledger, places: Places, asked: Asked) -> Answer:
    """The way to a memento on its own origin, under the original's own name."""
    timestamp, raw = split_timestamp(asked.rest)
    uri = find_original(ledger, read_asked(raw)) if timestamp else None
    if uri is None:
        return refuse(asked, 404, "not-captured" if timestamp else "no-timestamp")
    return Answer(307, [("Location", places.memento(uri, timestamp)), ("Cache-Control", "no-cache")])


class Ledgers:
    """One reading connection a thread, opened again when another file stands in the ledger's place."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._own = threading.local()

    def open(self) -> Ledger:
        """This thread's ledger. Raises LedgerError where there is none."""
        try:
            found = self._path.stat()
        except OSError as error:
            raise LedgerError(f"{self._path}: there is no ledger to read ({error.strerror})") from error
        place = (found.st_dev, found.st_ino)
        if getattr(self._own, "place", None) != place:
            self.drop()
            self._own.ledger, self._own.place = Ledger.open_to_read(self._path), place
        ledger: Ledger = self._own.ledger
        return ledger

    def drop(self) -> None:
        """Close this thread's ledger."""
        ledger = getattr(self._own, "ledger", None)
        self._own.ledger = self._own.place = None
        if ledger is not None:
            ledger.close()


class Resources:
    """An ASGI application: resources by kind, each read in a thread."""

    def __init__(self, ledgers: Ledgers, reads: Mapping[str, Read], everywhere: Fields) -> None:
        self._ledgers = ledgers
        self._reads = reads
        self._everywhere = everywhere
        self._threads = ThreadPoolExecutor(THREADS, "memento")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request (ASGI HTTP); a lifespan is nothing to us."""
        if scope["type"] != "http":
            return
        asked = read_request(scope)
        loop = asyncio.get_running_loop()
        answer = await loop.run_in_executor(self._threads, self._answer, asked)
        await self._send(asked, answer, receive, send)

    def _answer(self, asked: Asked) -> Answer:
        """What to say, whatever happens."""
        read = self._reads.get(asked.kind)
        if read is None:
            return refuse(asked, 404, "no-resource", [_INERT])
        if asked.method not in ("GET", "HEAD"):
            return refuse(asked, 405, "method", [_INERT, ("Allow", "GET, HEAD")])
        try:
            return read(self._ledgers.open(), asked)
        except ArchiveError as error:
            log.error("%s", redact_text(str(error)))
            return refuse(asked, 500, "broken", [_INERT])
        except LedgerError as error:
            log.error("%s", redact_text(str(error)))
            self._ledgers.drop()
            return refuse(asked, 503, "no-ledger", [_INERT])
        except Exception as error:  # noqa: BLE001 -- a fault of ours: a sentence to the client, its place to our log
            log.error("a fault of ours: %s\n%s", redact_text(repr(error)), "".join(format_tb(error.__traceback__)))
            return refuse(asked, 500, "fault", [_INERT])

    async def _send(self, asked: Asked, answer: Answer, receive: Receive, send: Send) -> None:
        fields = [*answer.fields, *self._everywhere]
        if answer.status not in (204, 304):
            fields.append(("Content-Length", str(answer.length)))
        headers = [(name.lower().encode("ascii"), value.encode("latin-1", "replace")) for name, value in fields]
        await send({"type": "http.response.start", "status": answer.status, "headers": headers})
        pieces = answer.pieces or _sliced(answer.content)
        if asked.method == "HEAD" or pieces is None:
            await send({"type": "http.response.body", "body": b"" if asked.method == "HEAD" else answer.content})
        else:
            await self._stream(pieces, receive, send)

    async def _stream(self, pieces: Iterator[bytes], receive: Receive, send: Send) -> None:
        """Send pieces as the client takes them; without a last one where it goes, is too slow, or they are broken."""
        loop = asyncio.get_running_loop()
        gone = asyncio.ensure_future(_wait_until_gone(receive))
        try:
            while not gone.done():
                piece = await loop.run_in_executor(self._threads, next, pieces, None)
                more = {"type": "http.response.body", "body": piece or b"", "more_body": piece is not None}
                await asyncio.wait_for(send(more), SLOW_S)
                if piece is None:
                    return
        except TimeoutError:
            log.warning("a client took too long and was let go")
        except ArchiveError as error:
            log.error("%s", redact_text(str(error)))
        finally:
            gone.cancel()
            _close(pieces)


def read_request(scope: Scope) -> Asked:
    """A request as it was sent; `kind` is "" for the target of no resource."""
    fields: dict[str, list[str]] = {}
    for name, value in scope["headers"]:
        fields.setdefault(name.decode("latin-1"), []).append(value.decode("latin-1"))
    found = _TARGET.search(scope.get("raw_path") or scope["path"].encode("utf-8", "replace"))
    kind, rest = (found[1].decode("ascii"), found[2].decode("latin-1")) if found else ("", "")
    query = scope["query_string"].decode("latin-1")
    return Asked(scope["method"], kind, f"{rest}?{query}" if query else rest, fields)


def _sliced(content: bytes) -> Iterator[bytes] | None:
    """What is too long to be sent at one go, in pieces."""
    if len(content) <= AT_ONCE_BYTES:
        return None
    return (content[at : at + AT_ONCE_BYTES] for at in range(0, len(content), AT_ONCE_BYTES))


async def _wait_until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _close(pieces: Iterator[bytes]) -> None:
    """Let go of the file under what was not read to its end."""
    with suppress(ValueError):  # a thread is reading it still, and lets it go itself
        getattr(pieces, "close", lambda: None)()
