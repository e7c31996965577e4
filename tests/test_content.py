"""Content codings, media type and charset: real encoders' output, bombs, and broken streams."""

from __future__ import annotations

import functools
import gzip
import random
import subprocess
import sys
import textwrap
import time
import tracemalloc
import zlib
from collections.abc import Callable
from pathlib import Path

import brotli  # type: ignore[import-untyped]  # ships no types
import pytest
from backports import zstd
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.content import MAX_STREAMS, charset_of, codings_of, decode, media_type
from crawler.model import Head

MIB = 1024 * 1024


def raw_deflate(data: bytes) -> bytes:
    """Deflate without the zlib wrapper."""
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(data) + packer.flush()


ENCODERS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "deflate": zlib.compress,
    "br": lambda data: bytes(brotli.compress(data, quality=4)),
    "zstd": zstd.compress,
}
PACKERS = {**ENCODERS, "deflate-raw": raw_deflate}


def head_of(*fields: tuple[str, str]) -> Head:
    """A 200 with these fields."""
    return Head("HTTP/1.1", 200, "OK", fields)


def cut(data: bytes, size: int) -> list[bytes]:
    """The same bytes in pieces."""
    return [data[at : at + size] for at in range(0, len(data), size)]


@pytest.mark.parametrize("packer", PACKERS)
@pytest.mark.parametrize("size", [1, 7, 100_000])
def test_each_coding_opens_however_it_is_cut(packer: str, size: int) -> None:
    text = "编辑 briefing ".encode() * 3000
    decoded = decode(cut(PACKERS[packer](text), size), [packer.removesuffix("-raw")], MIB)
    assert (decoded.content, decoded.complete, decoded.problem) == (text, True, "")


@settings(max_examples=80, deadline=None)
@given(st.binary(max_size=5000), st.lists(st.sampled_from(sorted(ENCODERS)), max_size=4), st.integers(1, 600))
def test_stacked_codings_open_in_reverse(data: bytes, codings: list[str], size: int) -> None:
    payload = data
    for coding in codings:
        payload = ENCODERS[coding](payload)
    assert decode(cut(payload, size), codings, MIB).content == data


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=400), st.lists(st.sampled_from(sorted(ENCODERS)), min_size=1, max_size=3))
def test_garbage_is_told_never_raised(data: bytes, codings: list[str]) -> None:
    decoded = decode([data], codings, 4096)
    assert len(decoded.content) <= 4096
    assert decoded.complete or decoded.problem


def test_members_and_frames_in_a_row_are_one_content() -> None:
    for name, pack in (("gzip", gzip.compress), ("zstd", zstd.compress)):
        payload = pack(b"first ") + pack(b"") + pack(b"second")
        assert decode(cut(payload, 5), [name], MIB).content == b"first second"
        assert decode([payload], [name], MIB).complete


@pytest.mark.parametrize("packer", PACKERS)
def test_junk_after_a_whole_stream_is_ignored(packer: str) -> None:
    for junk in (b"\0" * 600, b"trailing words"):
        decoded = decode([PACKERS[packer](b"text"), junk], [packer.removesuffix("-raw")], MIB)
        assert (decoded.content, decoded.complete) == (b"text", True)


@pytest.mark.parametrize("packer", PACKERS)
def test_a_cut_stream_gives_its_start(packer: str) -> None:
    text = random.Random(7).randbytes(300_000)
    decoded = decode([PACKERS[packer](text)[:200_000]], [packer.removesuffix("-raw")], MIB)
    assert not decoded.complete
    assert "cut short" in decoded.problem
    assert text.startswith(decoded.content)
    assert len(decoded.content) > 60_000, "an editor would lose text that did arrive"


@pytest.mark.parametrize("packer", PACKERS)
def test_a_broken_stream_gives_what_came_before_the_damage(packer: str) -> None:
    text = "".join(f"line {i} of a report\n" for i in range(200_000)).encode()
    payload = bytearray(PACKERS[packer](text))
    payload[len(payload) // 2 : len(payload) // 2 + 40] = b"\xff" * 40
    decoded = decode([bytes(payload)], [packer.removesuffix("-raw")], 8 * MIB)
    assert not decoded.complete
    assert decoded.problem
    assert decoded.content[:100_000] == text[:100_000]


def test_a_wrong_checksum_loses_no_text() -> None:
    payload = bytearray(gzip.compress(b"all of the text"))
    payload[-8] ^= 1
    decoded = decode([bytes(payload)], ["gzip"], MIB)
    assert (decoded.content, decoded.complete) == (b"all of the text", False)


@functools.cache
def bombs(packer: str) -> bytes:
    """A small payload of 40 MiB."""
    return PACKERS[packer](b"\0" * (40 * MIB))


@pytest.mark.parametrize("packer", PACKERS)
def test_a_bomb_stops_at_the_cap_and_takes_no_memory(packer: str) -> None:
    bomb = bombs(packer)
    tracemalloc.start()
    decoded = decode([bomb], [packer.removesuffix("-raw")], 3 * MIB)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert len(decoded.content) == 3 * MIB
    assert not decoded.complete
    assert "longer than" in decoded.problem
    assert peak < 9 * MIB, "one page could take the machine down"


def test_a_bomb_in_the_middle_stops_too() -> None:
    inner = gzip.compress(b"") * 2_000_000
    decoded = decode([gzip.compress(inner)], ["gzip", "gzip"], MIB)
    assert not decoded.complete
    assert "longer than" in decoded.problem


@pytest.mark.parametrize("outer", ENCODERS)
@pytest.mark.parametrize("inner", ENCODERS)
def test_a_bomb_within_a_coding_stops_at_the_cap(inner: str, outer: str) -> None:
    packed = ENCODERS[outer](bombs(inner))
    decoded = decode(cut(packed, 5000), [inner, outer], MIB)
    assert (decoded.content, decoded.complete) == (b"\0" * MIB, False)
    assert "longer than" in decoded.problem


@pytest.mark.parametrize("outer", ENCODERS)
@pytest.mark.parametrize("inner", ENCODERS)
def test_a_cut_stack_gives_its_start(inner: str, outer: str) -> None:
    text = random.Random(3).randbytes(200_000)
    decoded = decode(cut(ENCODERS[outer](ENCODERS[inner](text))[:150_000], 30_000), [inner, outer], MIB)
    assert not decoded.complete
    assert decoded.problem
    assert text.startswith(decoded.content)
    assert len(decoded.content) > 10_000, "an editor would lose text that did arrive"


@pytest.mark.parametrize("packer", PACKERS)
@pytest.mark.parametrize("size", [1, 500, 100_000])
def test_a_page_that_packs_very_well_is_whole(packer: str, size: int) -> None:
    """All that a few bytes stand for is asked of the library, not only the first of it."""
    text = b"<p>start</p>" + b" " * (9 * MIB) + b"<p>end</p>"
    decoded = decode(cut(PACKERS[packer](text), size), [packer.removesuffix("-raw")], 10 * MIB)
    assert (len(decoded.content), decoded.complete) == (len(text), True), "an editor would be shown half a page"
    assert decoded.content == text


def zstd_frame(descriptor: bytes, blocks: int) -> bytes:
    """A frame with this header, and so many blocks that are 128 KiB of one byte each (RFC 8878 §3.1.1)."""
    size = 128 * 1024
    block = (size << 3 | 1 << 1).to_bytes(3, "little") + b"z"
    return b"\x28\xb5\x2f\xfd" + descriptor + block * blocks


# A frame header's descriptor byte, then a window (2 to the power of 10 + exponent) or a content size.
WINDOWS: dict[str, tuple[bytes, bool]] = {
    "8 MiB": (b"\x00" + bytes([13 << 3]), True),
    "16 MiB": (b"\x00" + bytes([14 << 3]), False),
    "128 MiB": (b"\x00" + bytes([17 << 3]), False),
    "2 GiB": (b"\x00" + bytes([21 << 3]), False),
    "3.75 TiB": (b"\x00" + bytes([31 << 3 | 7]), False),
    "a terabyte in one segment": (b"\xe0" + (1 << 40).to_bytes(8, "little"), False),
}


@pytest.mark.parametrize("window", WINDOWS)
def test_a_window_that_nobody_must_hold_is_not_held(window: str) -> None:
    descriptor, opens = WINDOWS[window]
    decoded = decode([zstd_frame(descriptor, 400)], ["zstd"], 4 * MIB)
    assert decoded.content == (b"z" * (4 * MIB) if opens else b"")
    assert ("longer than" if opens else "broken") in decoded.problem


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="reads the peak of its own memory from there")
def test_what_the_libraries_hold_is_bounded_too() -> None:
    """Their memory is none of Python's: it is looked at from outside, in a process of its own."""
    script = textwrap.dedent("""
        import gzip, sys, zlib
        from pathlib import Path
        import brotli
        from backports import zstd
        from crawler.content import decode
        from tests.test_content import WINDOWS, raw_deflate, zstd_frame
        MIB = 1024 * 1024
        def peak():
            return int(Path("/proc/self/status").read_text().split("VmHWM:")[1].split()[0]) // 1024
        zeros = b"\\0" * (8 * MIB)
        payloads = [
            (gzip.compress(zeros) * 40, "gzip"), (zlib.compress(zeros), "deflate"), (raw_deflate(zeros), "deflate"),
            (brotli.compress(zeros, lgwin=24, quality=5), "br"), (zstd.compress(zeros) * 40, "zstd"),
        ] + [(zstd_frame(descriptor, 4000), "zstd") for descriptor, _ in WINDOWS.values()]
        before = peak()
        for payload, coding in payloads:
            for _ in range(3):
                assert len(decode([payload], [coding], 5 * MIB).content) in (0, 5 * MIB), coding
        print(peak() - before)
    """)
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, cwd=Path(__file__).parents[1], check=False
    )
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) < 48, "one page could take the machine down"


def test_streams_in_a_row_without_end_are_given_up() -> None:
    decoded = decode([gzip.compress(b"") * (MAX_STREAMS + 10)], ["gzip"], MIB)
    assert not decoded.complete
    assert "in a row" in decoded.problem


@pytest.mark.parametrize("packer", PACKERS)
def test_time_follows_the_length_of_a_piece_and_not_its_square(packer: str) -> None:
    """Payloads come in pieces of 64 KiB; a larger one costs no more. The square of 16 is far from 16."""
    spent = []
    for size in (256 * 1024, 4 * MIB):
        payload = PACKERS[packer](random.Random(5).randbytes(size))
        began = time.process_time()
        assert decode([payload], [packer.removesuffix("-raw")], 8 * MIB).complete
        spent.append(time.process_time() - began)
    assert spent[1] < max(spent[0], 0.002) * 16 * 4, "one page could hold up the whole night"


def test_content_of_exactly_the_cap_is_complete() -> None:
    assert decode([gzip.compress(b"a" * 100)], ["gzip"], 100).complete
    assert decode([b"a" * 100], [], 100).complete
    assert not decode([b"a" * 101], [], 100).complete


def test_nothing_at_all_is_complete_whatever_its_coding() -> None:
    assert decode([], ["gzip"], 10) == decode([b""], ["br"], 10) == decode([], [], 10)
    assert decode([], ["gzip"], 10).complete


def test_words_that_are_no_coding_are_passed_over_and_told() -> None:
    decoded = decode([b"text"], ["utf-8"], 10)
    assert (decoded.content, decoded.complete) == (b"text", True)
    assert "utf-8" in decoded.problem
    assert decode([b"text"], ["identity", ""], 10).problem == ""
    assert decode([gzip.compress(b"x")], ["utf-8", "GZIP"], 10).content == b"x"


def test_a_coding_nobody_opens_is_told() -> None:
    assert "compress" in decode([b"\x1f\x9d"], ["compress"], 10).problem
    assert not decode([b"x"], ["gzip"] * 6, 10).complete


def test_codings_of_a_head() -> None:
    head = head_of(("content-encoding", "br, GZIP;q=1"), ("Transfer-Encoding", "deflate, chunked"))
    assert codings_of(head) == ["br", "gzip", "deflate"]
    assert codings_of(head_of()) == []


# name: (Content-Type values, body start, media type, charset)
TYPES: dict[str, tuple[list[str], bytes, str, str]] = {
    "plain": (["text/html; charset=UTF-8"], b"", "text/html", "utf-8"),
    "quoted": (['Text/HTML;Charset="gb2312"'], b"", "text/html", "gb18030"),
    "single-quoted": (["text/html; charset='big5'"], b"", "text/html", "big5hkscs"),
    "second-parameter": (["text/html; level=1; charset=latin1"], b"", "text/html", "cp1252"),
    "none": ([], b"", "", ""),
    "junk": (["html"], b"", "", ""),
    "star": (["text/html", "*/*"], b"", "text/html", ""),
    "last-wins": (["text/plain", "text/html;charset=utf-8"], b"", "text/html", "utf-8"),
    "comma": (["text/plain, text/html"], b"", "text/html", ""),
    "unknown-charset": (["text/html; charset=klingon"], b'<meta charset="gbk">', "text/html", "gb18030"),
    "utf-7": (["text/html; charset=utf-7"], b"", "text/html", ""),
    "no-charset-codec": (["text/html; charset=base64"], b"", "text/html", ""),
    "bom-first": (["text/html; charset=gbk"], b"\xef\xbb\xbfabc", "text/html", "utf-8"),
    "bom-utf-16": ([], b"\xff\xfea\0", "", "utf-16-le"),
    "field-before-meta": (["text/html; charset=utf-8"], b'<meta charset="gbk">', "text/html", "utf-8"),
    "meta": (["text/html"], b"<html><META  charset=gb2312 >", "text/html", "gb18030"),
    "meta-http-equiv": (
        ["text/html"],
        b'<meta http-equiv="Content-Type" content="text/html; charset=Shift_JIS">',
        "text/html",
        "cp932",
    ),
    "meta-in-comment": (["text/html"], b'<!-- <meta charset="gbk"> --><meta charset="utf-8">', "text/html", "utf-8"),
    "meta-utf-16": (["text/html"], b'<meta charset="utf-16">', "text/html", "utf-8"),
    "xml": (["application/xml"], b'<?xml version="1.0" encoding="EUC-KR"?>', "application/xml", "cp949"),
    "too-late": (["text/html"], b" " * 5000 + b'<meta charset="gbk">', "text/html", ""),
}


@pytest.mark.parametrize("name", TYPES)
def test_type_and_charset(name: str) -> None:
    values, start, media, charset = TYPES[name]
    head = head_of(*(("Content-Type", value) for value in values))
    assert media_type(head) == media
    assert charset_of(head, start) == charset


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=200), st.text(max_size=40))
def test_any_declaration_names_a_codec_or_nothing(start: bytes, value: str) -> None:
    charset = charset_of(head_of(("Content-Type", f"text/html;charset={value}")), start)
    assert charset == "" or isinstance(start.decode(charset, "replace"), str)
