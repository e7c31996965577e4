"""HTTP/1.1 responses as the real web sends them: table rows first, then any bytes cut anywhere."""

from __future__ import annotations

import io
from collections.abc import Iterable
from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.http1 import (
    Body,
    CutShort,
    End,
    Event,
    Final,
    Interim,
    Malformed,
    OverLimit,
    ResponseParser,
    Surplus,
    payload_of,
    read_head,
    read_message,
)
from crawler.model import Head


@dataclass
class Story:
    """What a run of events amounts to, however the bytes were cut."""

    interim: list[bytes] = field(default_factory=list)
    block: bytes = b""
    payload: bytes = b""
    surplus: bytes = b""
    head: Head | None = None
    marks: list[Event] = field(default_factory=list)

    def add(self, event: Event) -> None:
        """Take one event in."""
        if isinstance(event, Interim):
            self.interim.append(event.raw)
        elif isinstance(event, Final):
            self.block += event.raw
            self.head = event.head
        elif isinstance(event, Body):
            self.block += event.raw
            self.payload += event.payload
        elif isinstance(event, Surplus):
            self.surplus += event.raw
        else:
            self.marks.append(event)

    @property
    def ending(self) -> str:
        """The kinds of the marks, in order."""
        return " ".join(type(mark).__name__ for mark in self.marks)


def read_all(
    pieces: Iterable[bytes], *, closed: bool = True, method: str = "GET", head: int = 65536, body: int | None = None
) -> Story:
    """The story of a response fed in pieces."""
    parser, story = ResponseParser(method=method, max_head_bytes=head, max_body_bytes=body), Story()
    for piece in pieces:
        for event in parser.feed(piece):
            story.add(event)
    for event in parser.close() if closed else []:
        story.add(event)
    return story


OK = b"HTTP/1.1 200 OK\r\n"

# name: (wire, interim, payload, surplus, ending)
ROWS: dict[str, tuple[bytes, bytes, bytes, bytes, str]] = {
    "length": (OK + b"Content-Length: 5\r\n\r\nhello", b"", b"hello", b"", "End"),
    "length-zero": (OK + b"Content-Length: 0\r\n\r\n", b"", b"", b"", "End"),
    "length-twice": (OK + b"Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello", b"", b"hello", b"", "End"),
    "length-list": (OK + b"Content-Length: 5, 5\r\n\r\nhello", b"", b"hello", b"", "End"),
    "length-conflict": (OK + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello", b"", b"", b"", "Malformed End"),
    "length-conflict-under-chunks": (
        OK + b"Content-Length: 5\r\nContent-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"",
        b"",
        b"",
        "End",
    ),
    "length-no-number": (OK + b"Content-Length: -1\r\n\r\nhello", b"", b"hello", b"", "End"),
    "length-huge": (OK + b"Content-Length: " + b"9" * 5000 + b"\r\n\r\nhello", b"", b"hello", b"", "End"),
    "length-superscript": (OK + b"Content-Length: \xb2\r\n\r\nhello", b"", b"hello", b"", "End"),
    "length-too-short": (OK + b"Content-Length: 4\r\n\r\nhello", b"", b"hell", b"o", "End"),
    "body-cut": (OK + b"Content-Length: 9\r\n\r\nhello", b"", b"hello", b"", "CutShort"),
    "until-eof": (b"HTTP/1.0 200 OK\r\n\r\nall of it", b"", b"all of it", b"", "End"),
    "until-eof-empty": (b"HTTP/1.0 200 OK\r\n\r\n", b"", b"", b"", "End"),
    "chunked": (
        OK + b'Transfer-Encoding: chunked\r\n\r\n5;a=b;c="d"\r\nhello\r\n1 \r\n!\r\n0\r\nX: y\r\n\r\n',
        b"",
        b"hello!",
        b"",
        "End",
    ),
    "chunked-bare-lf": (OK + b"Transfer-Encoding: chunked\r\n\r\n5\nhello\n0\n\n", b"", b"hello", b"", "End"),
    "chunked-surplus": (OK + b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\nHTTP/1.1", b"", b"", b"HTTP/1.1", "End"),
    "chunked-beats-length": (
        OK + b"Content-Length: 3\r\nTransfer-Encoding: Chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
        b"",
        b"hello",
        b"",
        "End",
    ),
    "chunk-cut": (OK + b"Transfer-Encoding: chunked\r\n\r\n9\r\nhello", b"", b"hello", b"", "CutShort"),
    "chunk-line-cut": (OK + b"Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n1", b"", b"hello", b"", "CutShort"),
    "last-chunk-without-end": (OK + b"Transfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n", b"", b"a", b"", "End"),
    "chunk-size-bad": (
        OK + b"Transfer-Encoding: chunked\r\n\r\n1\r\na\r\nxyz\r\nmore",
        b"",
        b"a",
        b"",
        "Malformed End",
    ),
    "chunk-too-long": (OK + b"Transfer-Encoding: chunked\r\n\r\n1\r\nab\r\n0\r\n\r\n", b"", b"a", b"", "Malformed End"),
    "coding-until-eof": (OK + b"Transfer-Encoding: gzip\r\nContent-Length: 1\r\n\r\nabc", b"", b"abc", b"", "End"),
    "coding-unknown": (OK + b"Transfer-Encoding: utf-8\r\nContent-Length: 1\r\n\r\na", b"", b"a", b"", "End"),
    "coding-identity": (OK + b"Transfer-Encoding: identity\r\nContent-Length: 1\r\n\r\na", b"", b"a", b"", "End"),
    "interim": (
        b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"
        + OK
        + b"Content-Length: 1\r\n\r\na",
        b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n",
        b"a",
        b"",
        "End",
    ),
    "interim-then-closed": (
        b"HTTP/1.1 100 Continue\r\n\r\n",
        b"HTTP/1.1 100 Continue\r\n\r\n",
        b"",
        b"",
        "CutShort",
    ),
    "switching": (b"HTTP/1.1 101 Switching\r\n\r\nabc", b"", b"", b"", "Malformed End"),
    "no-content": (b"HTTP/1.1 204 No Content\r\nContent-Length: 3\r\n\r\nabc", b"", b"", b"abc", "End"),
    "not-modified": (b"HTTP/1.1 304 Not Modified\r\nContent-Length: 3\r\n\r\n", b"", b"", b"", "End"),
    "bare-lf": (b"HTTP/1.1 200 OK\nContent-Length: 2\nX: y\n\nhi", b"", b"hi", b"", "End"),
    "mixed-line-ends": (b"HTTP/1.1 200 OK\r\nContent-Length: 2\n\r\nhi", b"", b"hi", b"", "End"),
    "status-line-alone": (b"HTTP/1.1 200\r\n\r\nhi", b"", b"hi", b"", "End"),
    "slop": (b"\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi", b"", b"hi", b"", "End"),
    "not-http": (b"SSH-2.0-OpenSSH_9.2\r\n", b"", b"", b"", "Malformed End"),
    "not-http-short": (b"hi", b"", b"", b"", "Malformed End"),
    "html-without-head": (b"<html><p>an answer of HTTP/0.9</p></html>", b"", b"", b"", "Malformed End"),
    "status-no-number": (b"HTTP/1.1 fine\r\n\r\nabc", b"", b"", b"", "Malformed End"),
    "status-four-digits": (b"HTTP/1.1 2000 OK\r\n\r\nabc", b"", b"", b"", "Malformed End"),
    "nothing": (b"", b"", b"", b"", "CutShort"),
    "head-cut": (b"HTTP/1.1 200 OK\r\nContent-Le", b"", b"", b"", "CutShort"),
    "head-cut-early": (b"HTT", b"", b"", b"", "Malformed End"),
}


@pytest.mark.parametrize("name", ROWS)
def test_row(name: str) -> None:
    wire, interim, payload, surplus, ending = ROWS[name]
    story = read_all([wire])
    assert b"".join(story.interim) == interim
    assert story.payload == payload, "the archive would hold another entity than the server sent"
    assert story.surplus == surplus
    assert story.ending == ending
    assert interim + story.block + surplus == wire, "a byte of the wire was lost"


@pytest.mark.parametrize("name", ROWS)
def test_row_byte_by_byte_tells_the_same_story(name: str) -> None:
    wire = ROWS[name][0]
    assert read_all(wire[i : i + 1] for i in range(len(wire))) == read_all([wire])


@pytest.mark.parametrize("name", [name for name in ROWS if ROWS[name][4] == "End" and not name.startswith("until")])
def test_stored_block_gives_the_payload_again(name: str) -> None:
    story = read_all([ROWS[name][0]])
    assert b"".join(payload_of(io.BytesIO(story.block))) == story.payload
    assert b"".join(payload_of([story.block[:7], story.block[7:]])) == story.payload
    head, pieces = read_message(io.BytesIO(story.block))
    assert head == story.head
    assert b"".join(pieces) == story.payload


def test_stored_head_alone_has_no_payload_and_no_complaint() -> None:
    head, pieces = read_message(io.BytesIO(OK + b"Content-Length: 5\r\n\r\n"))
    assert head is not None
    assert head.status == 200
    assert list(pieces) == []


def test_stored_garbage_has_no_head() -> None:
    head, pieces = read_message(io.BytesIO(b"220 ftp.example ready\r\n"))
    assert head is None
    assert list(pieces) == []


# name: (raw head, version, status, reason, fields)
HEADS: dict[str, tuple[bytes, str, int, str, list[tuple[str, str]]]] = {
    "case-and-duplicates": (
        b"HTTP/1.1 200 OK\r\nsEt-cOOkie: a=1\r\nSET-COOKIE:b=2\r\n\r\n",
        "HTTP/1.1",
        200,
        "OK",
        [("sEt-cOOkie", "a=1"), ("SET-COOKIE", "b=2")],
    ),
    "reason-custom": (b"HTTP/1.1 200 Alles  gut\r\n\r\n", "HTTP/1.1", 200, "Alles  gut", []),
    "reason-missing": (b"HTTP/1.1 404\r\n\r\n", "HTTP/1.1", 404, "", []),
    "reason-glued": (b"HTTP/1.1 200OK\r\n\r\n", "HTTP/1.1", 200, "OK", []),
    "reason-latin1": (b"HTTP/1.1 404 Nicht verf\xfcgbar\r\n\r\n", "HTTP/1.1", 404, "Nicht verfügbar", []),
    "version-lower": (b"http/1.0 200 OK\r\n\r\n", "http/1.0", 200, "OK", []),
    "version-missing": (b"HTTP 200 OK\r\n\r\n", "HTTP/1.0", 200, "OK", []),
    "status-odd": (b"HTTP/1.1 999 Request denied\r\n\r\n", "HTTP/1.1", 999, "Request denied", []),
    "folded": (
        b"HTTP/1.1 200 OK\r\nX: a\r\n\t b\r\n  c\r\nY: d\r\n\r\n",
        "HTTP/1.1",
        200,
        "OK",
        [("X", "a b c"), ("Y", "d")],
    ),
    "fold-first": (b"HTTP/1.1 200 OK\r\n X: a\r\nY: d\r\n\r\n", "HTTP/1.1", 200, "OK", [("Y", "d")]),
    "colon-less": (b"HTTP/1.1 200 OK\r\nno colon\r\n folded\r\nY: d\r\n\r\n", "HTTP/1.1", 200, "OK", [("Y", "d")]),
    "space-before-colon": (b"HTTP/1.1 200 OK\r\nX : a\r\n\r\n", "HTTP/1.1", 200, "OK", [("X", "a")]),
    "empty-value": (b"HTTP/1.1 200 OK\r\nX:\r\n\r\n", "HTTP/1.1", 200, "OK", [("X", "")]),
    "empty-name": (b"HTTP/1.1 200 OK\r\n: a\r\n\r\n", "HTTP/1.1", 200, "OK", []),
    "utf-8-bytes": (b"HTTP/1.1 200 OK\r\nX: \xe4\xbd\xa0\r\n\r\n", "HTTP/1.1", 200, "OK", [("X", "\xe4\xbd\xa0")]),
    "cr-and-nul-inside": (b"HTTP/1.1 200 OK\r\nX: a\rb\0c\r\n\r\n", "HTTP/1.1", 200, "OK", [("X", "a b c")]),
    "without-end": (b"HTTP/1.1 200 OK\r\nX: a", "HTTP/1.1", 200, "OK", [("X", "a")]),
}


@pytest.mark.parametrize("name", HEADS)
def test_head(name: str) -> None:
    raw, version, status, reason, fields = HEADS[name]
    assert read_head(raw) == Head(version, status, reason, tuple(fields))


def test_many_fields() -> None:
    raw = OK + b"".join(b"X-%d: %d\r\n" % (i, i) for i in range(3000)) + b"Content-Length: 1\r\n\r\na"
    story = read_all([raw])
    assert story.head is not None
    assert len(story.head.fields) == 3001
    assert story.payload == b"a"


REUSE = {
    b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n": True,
    b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: Close\r\n\r\n": False,
    b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: foo, close\r\n\r\n": False,
    b"HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n": False,
    b"HTTP/1.0 200 OK\r\nContent-Length: 0\r\nConnection: keep-alive\r\n\r\n": True,
    b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\nx": False,
    b"HTTP/1.1 204 No Content\r\n\r\n": True,
}


@pytest.mark.parametrize("wire", REUSE)
def test_reuse_of_the_connection(wire: bytes) -> None:
    story = read_all([wire], closed=False)
    reusable = story.marks == [End(True)] and not story.surplus
    assert reusable == REUSE[wire], "an answer could cross into another exchange"


def test_head_request_has_no_body() -> None:
    assert read_all([OK + b"Content-Length: 5\r\n\r\n"], closed=False, method="HEAD").ending == "End"


def test_head_cap_keeps_the_bytes() -> None:
    wire = OK + b"X: " + b"a" * 500
    story = read_all([wire], head=100)
    assert story.ending == "Malformed OverLimit"
    assert (story.block, story.surplus) == (wire[:100], wire[100:])


def test_head_cap_counts_interim_heads_together() -> None:
    story = read_all([b"HTTP/1.1 100 Continue\r\n\r\n" * 50], head=100)
    assert story.ending == "Malformed OverLimit"
    assert len(b"".join(story.interim)) + len(story.block) == 100


def test_head_cap_that_comes_before_the_byte_that_decides_does_not_depend_on_cuts() -> None:
    wire = b"HTTP/1.1 100\r\n\r\nTTP/1.1 200 OK\r\n\r\n"
    assert read_all([wire], head=16) == read_all([wire[:17], wire[17:]], head=16)
    assert read_all([wire], head=16).ending == "Malformed OverLimit"


def test_a_trailer_field_is_no_longer_than_the_body_may_be() -> None:
    wire = OK + b"Transfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\nX: " + b"y" * 100_000 + b"\r\nZ: 1\r\n\r\n"
    assert read_all([wire]).ending == "End"
    assert read_all([wire], body=50_000).ending == "OverLimit"
    assert read_all(wire[at : at + 999] for at in range(0, len(wire), 999)) == read_all([wire])


def test_many_folded_lines_are_one_value() -> None:
    head = read_head(OK + b"X: a\r\n" + b" b\r\n\t\r\n" * 500 + b"\r\n")
    assert head is not None
    assert head.fields == (("X", "a" + " b" * 500),)


def test_a_stored_head_is_read_back_however_long_its_night_allowed() -> None:
    wire = OK + b"X: " + b"y" * 3_000_000 + b"\r\nContent-Length: 2\r\n\r\nhi"
    assert b"".join(payload_of(io.BytesIO(wire))) == b"hi"


@pytest.mark.parametrize(
    ("framing", "body", "payload"),
    [
        (b"Content-Length: 10\r\n", b"0123456789", b"0123456"),
        (b"Transfer-Encoding: chunked\r\n", b"a\r\n0123456789\r\n0\r\n\r\n", b"0123"),
        (b"", b"0123456789", b"0123456"),
    ],
)
def test_body_cap_cuts_exactly(framing: bytes, body: bytes, payload: bytes) -> None:
    head = OK + framing + b"\r\n"
    story = read_all([head + body], body=7)
    assert story.block == head + body[:7]
    assert (story.payload, story.surplus, story.ending) == (payload, body[7:], "OverLimit")


def test_body_of_exactly_the_cap_is_whole() -> None:
    assert read_all([OK + b"Content-Length: 7\r\n\r\n0123456"], body=7).ending == "End"
    assert read_all([OK + b"\r\n0123456"], body=7).ending == "End"


def test_malformed_answer_keeps_no_more_than_a_head() -> None:
    story = read_all([b"not http " * 100], head=64)
    assert story.ending == "Malformed OverLimit"
    assert len(story.block) == 64


def test_pending_tells_the_bytes_of_an_unfinished_head() -> None:
    parser = ResponseParser()
    assert parser.feed(b"HTTP/1.1 200 O") == []
    assert parser.pending == b"HTTP/1.1 200 O"


# ---------------------------------------------------------------- any bytes, cut anywhere

FRAGMENTS = st.sampled_from(
    [
        *(b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 100 Continue\r\n\r\n", b"HTTP/1.0 404\n", b"\r\n", b"\n", b"\r", b" "),
        *(b"Content-Length: 4\r\n", b"Content-Length: 9\r\n", b"Transfer-Encoding: chunked\r\n\r\n", b"X: y\r\n"),
        *(b"4\r\nabcd\r\n", b"0\r\n\r\n", b"3;x\nabc\n", b"HTTP", b"ffffffffffffffff\r\n", b"\0", b"body"),
    ]
)
WIRES = st.one_of(
    st.binary(max_size=80),
    st.lists(st.one_of(FRAGMENTS, st.binary(max_size=6)), max_size=14).map(b"".join),
    st.sampled_from([row[0] for row in ROWS.values()]),
)


@st.composite
def cuttings(draw: st.DrawFn) -> tuple[bytes, list[bytes]]:
    """Some bytes, and the same bytes in pieces."""
    wire = draw(WIRES)
    cuts = sorted(draw(st.sets(st.integers(0, len(wire)), max_size=8)))
    return wire, [wire[a:b] for a, b in zip([0, *cuts], [*cuts, len(wire)], strict=True)]


@settings(max_examples=600, deadline=None)
@given(cuttings(), st.sampled_from([None, 0, 5, 30]), st.sampled_from([24, 70, 65536]))
def test_no_byte_is_lost_and_cuts_do_not_matter(
    cutting: tuple[bytes, list[bytes]], body: int | None, head: int
) -> None:
    wire, pieces = cutting
    story = read_all(pieces, head=head, body=body)
    assert story == read_all([wire], head=head, body=body), "the verdict would depend on how packets were cut"
    assert b"".join(story.interim) + story.block + story.surplus == wire, "a byte of the wire was lost"
    assert story.marks, "the exchange would never end"


@settings(max_examples=300, deadline=None)
@given(st.lists(st.binary(min_size=1, max_size=40), max_size=6), st.integers(1, 11))
def test_chunks_come_back_as_payload(chunks: list[bytes], cuts: int) -> None:
    framed = b"".join(b"%x\r\n%b\r\n" % (len(chunk), chunk) for chunk in chunks) + b"0\r\n\r\n"
    wire = OK + b"Transfer-Encoding: chunked\r\n\r\n" + framed
    story = read_all(wire[i : i + cuts] for i in range(0, len(wire), cuts))
    assert story.payload == b"".join(chunks)
    assert story.marks == [End(True)]


def test_marks_name_the_trouble() -> None:
    whys = [mark.why for mark in read_all([b"garbage in"]).marks if isinstance(mark, Malformed | CutShort | OverLimit)]
    assert whys == ["the answer is not HTTP"]
