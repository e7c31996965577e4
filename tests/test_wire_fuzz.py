"""Any bytes, cut anywhere: the parser and the wire never hang, lose nothing, cross nothing, and stay small."""

from __future__ import annotations

import asyncio
import sys
import time
import tracemalloc
from asyncio import StreamReader as Reader
from asyncio import StreamWriter as Writer
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.http1 import Body, CutShort, End, Event, Final, Interim, OverLimit, ResponseParser, Surplus
from crawler.model import Failure
from crawler.wire.quota import Quota
from crawler.wire.spool import Spool
from tests.test_http1 import ROWS, Story, read_all
from tests.test_wire_raw import read_request, serving, wiring
from tests.web.byte_cases import chunked, lines
from tests.web.worse_cases import WORSE_CASES, Then

# ---------------------------------------------------------------- messages


@dataclass(frozen=True)
class Message:
    """A valid answer and what it means; `lives` tells whether its connection may carry another one."""

    interim: bytes
    message: bytes
    payload: bytes
    lives: bool

    @property
    def wire(self) -> bytes:
        """Every byte."""
        return self.interim + self.message


NAMES = st.from_regex(r"X-[A-Za-z0-9]{1,8}", fullmatch=True)
VALUES = st.binary(max_size=30).map(lambda value: value.translate(None, b"\r\n"))
FIELDS = st.lists(st.tuples(NAMES, VALUES), max_size=5)
BODIES = st.one_of(
    st.binary(max_size=200), st.sampled_from([b"", b"HTTP/1.1 200 OK\r\n\r\n", b"0\r\n\r\n", b"\n" * 40])
)


@st.composite
def messages(draw: st.DrawFn, lives: bool | None = None) -> Message:
    """Valid answers of every framing."""
    rows = [name.encode() + b": " + value for name, value in draw(FIELDS)]
    interim = b"".join(
        lines(f"HTTP/1.1 {draw(st.sampled_from([100, 102, 103]))} Wait") for _ in range(draw(st.integers(0, 2)))
    )
    body, framing = (
        draw(BODIES),
        draw(st.sampled_from(["length", "chunked", "bare", *([] if lives else ["close"])])),
    )
    status = draw(st.sampled_from([200, 404, 500])) if framing != "bare" else draw(st.sampled_from([204, 304]))
    start = f"HTTP/1.1 {status} {draw(st.sampled_from(['', 'OK', 'Not Found']))}"
    if framing == "length":
        return Message(interim, lines(start, *rows, f"Content-Length: {len(body)}") + body, body, True)
    if framing == "chunked":
        cuts = sorted(draw(st.sets(st.integers(0, len(body)), max_size=4)) | {0, len(body)})
        parts = [body[a:b] for a, b in pairwise(cuts)]
        extension = draw(st.sampled_from([b"", b";a", b';a="b;c"', b" ; a = b"]))
        trailers = draw(st.sampled_from([b"", b"X-Sum: 1\r\n", b"\x80: \xff\r\nA: b\r\n"]))
        framed = chunked(parts, extension=extension, trailers=trailers)
        return Message(interim, lines(start, "Transfer-Encoding: Chunked", *rows) + framed, body, True)
    if framing == "bare":
        return Message(interim, lines(start, *rows), b"", True)
    return Message(interim, lines(start, *rows) + body, body, False)


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    """A valid answer, or a hostile one, after some accidents."""
    hostile = [case.wire for case in WORSE_CASES.values() if len(case.wire) < 4000]
    wire = draw(
        st.one_of(messages().map(lambda message: message.wire), st.sampled_from(hostile), st.binary(max_size=120))
    )
    for _ in range(draw(st.integers(0, 4))):
        a, b = sorted((draw(st.integers(0, len(wire))), draw(st.integers(0, len(wire)))))
        put = draw(
            st.sampled_from(
                [b"", wire[a:b] * 2, b"\n", b"\r\n\r\n", b"\0", b"HTTP/1.1 100\r\n\r\n", b":", b"9" * 40, b" "]
            )
        )
        wire = wire[:a] + put + wire[b:]
    return wire


WIRES = st.one_of(
    mutated(), st.lists(mutated(), max_size=3).map(b"".join), st.sampled_from([row[0] for row in ROWS.values()])
)


@st.composite
def pieces_of(draw: st.DrawFn, wire: bytes) -> list[bytes]:
    """The same bytes in pieces."""
    cuts = sorted(draw(st.sets(st.integers(0, len(wire)), max_size=12)) | {0, len(wire)})
    return [wire[a:b] for a, b in pairwise(cuts)] or [wire]


def raw_of(event: Event) -> bytes:
    """The bytes an event gives back."""
    return event.raw if isinstance(event, Interim | Final | Body | Surplus) else b""


# ---------------------------------------------------------------- the parser


@settings(max_examples=80, deadline=None)
@given(st.data(), messages())
def test_a_valid_answer_is_understood_however_it_is_cut(data: st.DataObject, message: Message) -> None:
    story = read_all(data.draw(pieces_of(message.wire)))
    assert (b"".join(story.interim), story.block, story.surplus) == (message.interim, message.message, b"")
    assert story.payload == message.payload
    assert story.marks == [End(message.lives)]


def check_every_byte(data: st.DataObject, wire: bytes, body: int | None, head: int) -> None:
    """Feed the bytes in pieces: at every moment each is somewhere, and the story is that of the whole."""
    parser, given_back, fed, story = ResponseParser(max_head_bytes=head, max_body_bytes=body), b"", b"", Story()
    for piece in data.draw(pieces_of(wire)):
        fed += piece
        for event in parser.feed(piece):
            given_back += raw_of(event)
            story.add(event)
        assert given_back + parser.pending == fed, "a byte of the wire was lost, or came back twice"
        assert len(parser.pending) <= head, "a head without end would take the machine's memory"
    for event in parser.close():
        given_back += raw_of(event)
        story.add(event)
    assert given_back == fed
    assert sum(isinstance(mark, End | CutShort | OverLimit) for mark in story.marks) == 1, "an answer ends once"
    assert story == read_all([wire], head=head, body=body), "the record would depend on how packets were cut"
    assert parser.close() == []
    assert parser.feed(b"more") == [Surplus(b"more")], "bytes after the end would join the record"


ANYTHING = (st.data(), WIRES, st.sampled_from([None, 0, 7, 100]), st.sampled_from([16, 20, 90, 65536]))


@settings(max_examples=150, deadline=None)
@given(*ANYTHING)
def test_at_every_moment_every_byte_is_somewhere(data: st.DataObject, wire: bytes, body: int | None, head: int) -> None:
    check_every_byte(data, wire, body, head)


@pytest.mark.proof
@settings(max_examples=8000, deadline=None)
@given(*ANYTHING)
def test_every_byte_is_somewhere_at_length(data: st.DataObject, wire: bytes, body: int | None, head: int) -> None:
    check_every_byte(data, wire, body, head)


# ---------------------------------------------------------------- real sockets


@dataclass(frozen=True)
class Turn:
    """What the server does with one request: the bytes in pieces, and whether it hangs up then."""

    pieces: list[bytes]
    hangs_up: bool
    whole: bytes | None


@st.composite
def turns(draw: st.DrawFn) -> Turn:
    """A valid answer on a connection that lives on, with bytes too many or not; or anything at all, and the end."""
    if draw(st.booleans()):
        wire = draw(mutated())
        return Turn(draw(pieces_of(wire)), True, None)
    message = draw(messages(lives=True))
    surplus = draw(st.sampled_from([b"", b"", b"\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil"]))
    *first, last = draw(pieces_of(message.wire))
    return Turn([*first, last + surplus], draw(st.booleans()), message.wire)


class Scripted:
    """Answers request /n with turn n, and remembers what it sent for it."""

    def __init__(self, script: list[Turn]) -> None:
        self.script = script
        self.sent: dict[int, list[bytes]] = {}

    async def talk(self, reader: Reader, writer: Writer, connection: int) -> None:
        """One connection."""
        while True:
            number = int((await read_request(reader)).split(b" ", 2)[1][1:])
            turn = self.script[number]
            self.sent.setdefault(number, []).append(b"".join(turn.pieces))
            for piece in turn.pieces:
                writer.write(piece)
                await asyncio.sleep(0)
            if turn.hangs_up:
                return


async def check_conversation(script: list[Turn]) -> None:
    """Ask for every turn over one wire: each exchange holds its own turn's bytes, and ends."""
    scripted = Scripted(script)
    async with serving(scripted.talk) as server, wiring() as wire:
        for number, turn in enumerate(script):
            exchange = await wire.exchange(f"{server.uri}{number}", [], deadline_s=20.0)
            exchange.received.seek(0)
            stored = exchange.interim + exchange.received.read()
            exchange.close()
            assert exchange.failure is not Failure.TIMEOUT, "an answer whose peer hung up was waited for"
            assert any(sent.startswith(stored) for sent in scripted.sent[number]), "an answer was crossed"
            if turn.whole is not None:
                assert (stored, exchange.failure) == (turn.whole, None)


SCRIPTS = st.lists(turns(), min_size=1, max_size=6)


@settings(max_examples=20, deadline=None)
@given(SCRIPTS)
def test_over_real_connections_nothing_hangs_and_nothing_crosses(script: list[Turn]) -> None:
    asyncio.run(check_conversation(script))


@pytest.mark.proof
@settings(max_examples=1000, deadline=None)
@given(SCRIPTS)
def test_over_real_connections_at_length(script: list[Turn]) -> None:
    asyncio.run(check_conversation(script))


# ---------------------------------------------------------------- time and memory

OK = b"HTTP/1.1 200 OK\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"

# What could take time by the square of its length: a start, what is repeated, an end.
FLOODS: dict[str, tuple[bytes, bytes, bytes]] = {
    "folded lines": (OK + b"A: b\r\n", b" c\r\n", b"\r\n"),
    "interim heads": (b"", b"HTTP/1.1 100\r\n\r\n", b""),
    "line feeds": (b"", b"\n", b""),
    "line feeds in a head": (b"HTTP", b"\n", b""),
    "returns in a head": (OK, b"\r", b"\r\n\r\n"),
    "spaces in a status line": (b"HTTP/1.1", b" ", b"\r\n\r\n"),
    "digits in a status line": (b"HTTP/", b"1", b"\r\n\r\n"),
    "lengths": (OK, b"Content-Length: 1\r\n", b"\r\na"),
    "a list of lengths": (OK + b"Content-Length: 1", b", 1", b"\r\n\r\na"),
    "codings": (OK + b"Transfer-Encoding: gzip", b",gzip", b"\r\n\r\na"),
    "chunks": (CHUNKED, b"1\r\na\r\n", b"0\r\n\r\n"),
    "zeros in a chunk size": (CHUNKED, b"0", b"\r\n\r\n"),
    "long chunk sizes": (CHUNKED, b"1" + b" " * 16_000 + b"\r\na\r\n", b"0\r\n\r\n"),
    "trailers": (CHUNKED + b"0\r\n", b"A: b\r\n", b"\r\n"),
    "a trailer": (CHUNKED + b"0\r\nA: ", b"b", b"\r\n\r\n"),
}


def flooded(name: str, length: int) -> bytes:
    """A flood of about that many bytes."""
    start, pattern, end = FLOODS[name]
    return start + pattern * (length // len(pattern)) + end


def run_through(wire: bytes, size: int) -> None:
    """Read an answer in pieces, keeping nothing."""
    parser = ResponseParser(max_head_bytes=4 * 1024 * 1024)
    for at in range(0, len(wire), size):
        parser.feed(wire[at : at + size])
    parser.close()


def calls_of(work: Callable[[], None]) -> int:
    """How many functions a piece of work calls, C's included."""
    count = 0

    def note(frame: object, event: str, argument: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    sys.setprofile(note)
    try:
        work()
    finally:
        sys.setprofile(None)
    return count


def cpu_s(work: Callable[[], None]) -> float:
    """The lesser processor seconds of two runs."""
    return min(_cpu_s(work) for _ in range(2))


def _cpu_s(work: Callable[[], None]) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began


@pytest.mark.parametrize("name", FLOODS)
def test_work_grows_with_the_length_and_not_with_its_square(name: str) -> None:
    """Fed byte by byte; the calls are counted."""
    small, large = flooded(name, 2_000), flooded(name, 16_000)
    calls = [calls_of(lambda wire=wire: run_through(wire, 1)) for wire in (small, large)]  # type: ignore[misc]
    assert calls[1] < calls[0] * 8 * 1.5 + 100, "one hostile server could hold up the whole night"


@pytest.mark.parametrize("name", FLOODS)
def test_copying_grows_with_the_length_and_not_with_its_square(name: str) -> None:
    """Calls do not tell how much each of them copies. The square of 16 is so far from 16 that no load hides it."""
    small, large = flooded(name, 32_000), flooded(name, 512_000)
    spent = [cpu_s(lambda wire=wire: run_through(wire, 65536)) for wire in (small, large)]  # type: ignore[misc]
    assert spent[1] < max(spent[0], 0.001) * 16 * 4, "one hostile server could hold up the whole night"


@pytest.mark.parametrize(
    ("start", "pattern"),
    [
        (b"", b"\n"),
        (b"", b"HTTP/1.1 100\r\n\r\n"),
        (OK, b"X: y\r\n"),
        (OK, b"x"),
        (OK + b"\r\n", b"body "),
        (CHUNKED, b"4\r\nabcd\r\n"),
        (CHUNKED, b"0" * 100),
        (CHUNKED + b"0\r\n", b"X: y\r\n"),
        (CHUNKED + b"0\r\nX: ", b"y"),
    ],
)
def test_a_flood_takes_no_memory(start: bytes, pattern: bytes) -> None:
    parser = ResponseParser(max_head_bytes=65536)
    piece = (pattern * (262_144 // len(pattern) + 1))[:262_144]
    parser.feed(start + piece)
    tracemalloc.start()
    try:
        for _ in range(2):
            parser.feed(piece)
        kept, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert kept < 100_000, "one hostile server could take the machine's memory"


def test_interim_heads_do_not_cost_their_square_in_the_spool() -> None:
    def keep(count: int) -> None:
        spool = Spool(None, Quota(1))
        for _ in range(count):
            spool.keep_interim(b"HTTP/1.1 100\r\n\r\n")
        assert len(spool.interim) == 16 * count
        spool.file.close()

    spent = [cpu_s(lambda count=count: keep(count)) for count in (4_000, 64_000)]  # type: ignore[misc]
    assert spent[1] < max(spent[0], 0.001) * 16 * 4, "one hostile server could hold up the whole night"


def test_hostile_cases_are_what_the_mutations_begin_with() -> None:
    assert len([case for case in WORSE_CASES.values() if case.then is not Then.REPEAT]) > 80
