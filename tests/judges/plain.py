"""WARC files read with the standard library alone, as strictly as the grammar of WARC 1.1 §4 allows."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Read:
    """A record as the standard library reads it."""

    file: str
    fields: tuple[tuple[str, str], ...]
    block: bytes

    def all(self, name: str) -> list[str]:
        """All values of a named field."""
        return [value for field, value in self.fields if field == name]

    def one(self, name: str) -> str:
        """The value of a field that stands exactly once."""
        values = self.all(name)
        assert len(values) == 1, f"{name} stands {len(values)} times in {self.fields}"
        return values[0]

    @property
    def record_id(self) -> str:
        """WARC-Record-ID."""
        return self.one("WARC-Record-ID")

    @property
    def kind(self) -> str:
        """WARC-Type, or what tells its kinds apart: a revisit's profile, a certificate, metadata of an older record."""
        if self.one("Content-Type") == "application/pkix-cert":
            return "certificate"
        if self.one("WARC-Type") == "metadata" and self.all("WARC-Refers-To"):
            return "later"
        return self.one("WARC-Profile").rpartition("/")[2] if self.all("WARC-Profile") else self.one("WARC-Type")

    def said(self) -> list[tuple[str, str]]:
        """The fields of a block of application/warc-fields."""
        rows = self.block.decode("utf-8").split("\r\n")
        assert rows.pop() == "", "the last field has no line end"
        return [(name, value) for name, _, value in (row.partition(": ") for row in rows)]


def members(data: bytes) -> Iterator[bytes]:
    """Each gzip member of a file, unpacked."""
    while data:
        unpacker = zlib.decompressobj(31)
        yield unpacker.decompress(data)
        assert unpacker.eof, "a member is cut short"
        data = unpacker.unused_data


def read(path: Path) -> list[Read]:
    """The records of a file: one a member, every line as the grammar of §4 has it."""
    found = []
    for member in members(path.read_bytes()):
        head, _, rest = member.partition(b"\r\n\r\n")
        version, *lines = head.decode("utf-8").split("\r\n")
        assert version == "WARC/1.1"
        fields = tuple((name, value) for name, _, value in (line.partition(": ") for line in lines))
        block, end = rest[:-4], rest[-4:]
        assert end == b"\r\n\r\n"
        found.append(Read(path.name, fields, block))
    return found
