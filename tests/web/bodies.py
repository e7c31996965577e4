"""Small true files made in code, so that every byte of a body is known: PDF, PNG, JPEG, a gzip bomb."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from functools import cache
from itertools import accumulate

MIB = 1024 * 1024


def make_pdf(title: str, lines: list[str]) -> bytes:
    """A one-page PDF 1.4 with a title and lines of Latin text, cross-reference table and all."""
    shown = b" T* ".join(b"(" + _pdf_text(line) + b") Tj" for line in [title, "", *lines])
    stream = b"BT /F1 12 Tf 72 770 Td 18 TL " + shown + b" ET"
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
        b" /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
        b"<< /Title (" + _pdf_text(title) + b") /Producer (the fake web) >>",
    ]
    parts = [b"%d 0 obj\n%s\nendobj\n" % (number, text) for number, text in enumerate(objects, start=1)]
    return _pdf_file(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n", parts)


def _pdf_file(header: bytes, parts: list[bytes]) -> bytes:
    offsets = list(accumulate(map(len, parts), initial=len(header)))
    entries = [b"0000000000 65535 f \n", *(b"%010d 00000 n \n" % offset for offset in offsets[:-1])]
    trailer = b"trailer\n<< /Size %d /Root 1 0 R /Info 6 0 R >>\n" % len(entries)
    table = b"xref\n0 %d\n%s" % (len(entries), b"".join(entries))
    return header + b"".join(parts) + table + trailer + b"startxref\n%d\n%%%%EOF\n" % offsets[-1]


def _pdf_text(text: str) -> bytes:
    escaped = text.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
    return escaped.encode("cp1252", "replace")


def make_png(width: int = 64, height: int = 48, shade: int = 0) -> bytes:
    """An RGB picture with a gradient; another `shade` (0–255) gives another picture."""
    rows = b"".join(
        b"\0" + b"".join(bytes((x * 255 // width, y * 255 // height, shade)) for x in range(width))
        for y in range(height)
    )
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = [(b"IHDR", header), (b"IDAT", zlib.compress(rows)), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(_png_chunk(kind, data) for kind, data in chunks)


def _png_chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def make_jpeg(columns: int = 24, rows: int = 16, shade: int = 0) -> bytes:
    """A baseline grey JPEG of 8×8 blocks, each flat, so that only DC differences are coded (ITU T.81)."""
    frame = struct.pack(">BHHBBBB", 8, rows * 8, columns * 8, 1, 1, 0x11, 0)
    segments = [
        (0xE0, b"JFIF\0\x01\x01\0\0\x01\0\x01\0\0"),
        (0xDB, b"\0" + b"\x08" * 64),
        (0xC0, frame),
        (0xC4, b"\x00" + bytes([0, 0, 0, 9, *[0] * 12]) + bytes(range(9))),  # sizes 0–8, four bits each
        (0xC4, b"\x10" + bytes([1, *[0] * 15]) + b"\0"),  # one code: end of block
        (0xDA, bytes((1, 1, 0, 0, 63, 0))),
    ]
    head = b"".join(struct.pack(">BBH", 0xFF, kind, len(data) + 2) + data for kind, data in segments)
    levels = [(x * 5 + y * 7 + shade) % 200 - 100 for y in range(rows) for x in range(columns)]
    return b"\xff\xd8" + head + _pack_bits("".join(_dc_codes(levels))) + b"\xff\xd9"


def _dc_codes(levels: list[int]) -> Iterator[str]:
    """Per block: the size of the difference (4 bits), the difference, and end-of-block (1 bit)."""
    for before, level in zip([0, *levels], levels, strict=False):
        difference = level - before
        size = abs(difference).bit_length()
        value = difference if difference > 0 else difference + (1 << size) - 1
        yield f"{size:04b}" + (f"{value:0{size}b}" if size else "") + "0"


def _pack_bits(bits: str) -> bytes:
    bits += "1" * (-len(bits) % 8)
    data = int(bits, 2).to_bytes(len(bits) // 8, "big")
    return data.replace(b"\xff", b"\xff\x00")


@cache
def make_gzip_bomb(decoded_bytes: int = 256 * MIB) -> bytes:
    """One gzip member that decodes to so many zeros (whole MiB) and is a thousandth as long."""
    block = bytes(MIB)
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    count, crc = decoded_bytes // MIB, 0
    flushed = packer.compress(block) + packer.flush(zlib.Z_FULL_FLUSH)
    for _ in range(count):
        crc = zlib.crc32(block, crc)
    trailer = struct.pack("<II", crc, count * MIB % 2**32)
    return b"\x1f\x8b\x08\0\0\0\0\0\0\x03" + flushed * count + packer.flush() + trailer
