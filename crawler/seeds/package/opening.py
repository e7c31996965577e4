"""An office package (a zip file of XML parts, ECMA-376 part 2) opened without trusting it.

Rules:
- Nothing is believed that can be counted: declared sizes are checked before anything is unpacked, and unpacking
  stops where a part grows beyond what was declared or allowed.
- Only XML parts are unpacked, never pictures or packages inside the package.
- What an XML part may hold is in package_xml.py.
"""

from __future__ import annotations

import io
import posixpath
import struct
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import unquote
from zipfile import ZipFile, ZipInfo

from lxml import etree

from crawler.seeds.package.xml import DOCUMENT_TYPE, parse_xml, read_xml
from crawler.seeds.reading import Why

MEBI = 1024 * 1024
MAX_PARTS = 10_000
MAX_BYTES = 300 * MEBI  # of all parts, unpacked
MAX_XML_BYTES = 96 * MEBI  # of all XML parts, which are held in memory
MAX_RATIO = 200  # deflate reaches 1032; text of an office document 10 to 50
RATIO_FROM_BYTES = 4 * MEBI
_CHUNK = 64 * 1024

CONTENT_TYPES = "[content_types].xml"
XML_SUFFIXES = (".xml", ".rels", ".vml")
_LOCAL_HEADER = 30  # bytes, without name and extra field (APPNOTE 4.3.7)
_ENCRYPTED = 0x1 | 0x40 | 0x2000  # APPNOTE 4.4.4: bits 0, 6 and 13

NO_ZIP = Why("is no Office document inside; open it and save it again", "内容不是 Office 文档；请打开后重新保存")
CUT_OFF = Why("is cut off or damaged; get it again from its source", "文件不完整或已损坏；请重新获取")
NO_OFFICE = Why(
    "is a zip archive without an Office document; unpack it and put the documents into the folder",
    "是不含 Office 文档的 ZIP 压缩包；请解压后放入其中的文档",
)
ENCRYPTED_PART = Why("holds encrypted parts; save it without a password", "含有加密部分；请取消密码后另存")
TOO_MANY_PARTS = Why(
    f"has more than {MAX_PARTS} parts; no real document has: refused", f"部件超过 {MAX_PARTS} 个，不是正常文档，已拒绝"
)
TOO_LARGE = Why(
    "unpacks to more than is safe to read; remove large contents and save it again",
    "解压后过大，无法安全读取；请删去大体积内容后重新保存",
)
BOMB = Why("is packed far too tightly for a real document: refused", "压缩比异常，疑似压缩炸弹，已拒绝")
OVERLAP = Why("has parts that overlap in the file: refused", "部件在文件中相互重叠，已拒绝")
TWICE = Why(
    "has two parts of the same name; open it in Office and save it again", "有同名部件；请用 Office 打开后重新保存"
)
BAD_NAME = Why(
    "has a part with an unsafe name; open it in Office and save it again",
    "有名称不安全的部件；请用 Office 打开后重新保存",
)
# (what an OLE file holds, why it is not read); the first that is found
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # [MS-CFB] 2.2
_OLE_KINDS = (
    ("EncryptedPackage", "is encrypted; save it without a password", "文件已加密；请取消密码后另存"),
    ("WordDocument", "is an old Word file (.doc); save it as .docx", "是旧版 Word 文件（.doc）；请另存为 .docx"),
    ("Workbook", "is an old Excel file (.xls); save it as .xlsx", "是旧版 Excel 文件（.xls）；请另存为 .xlsx"),
    ("Book", "is an old Excel file (.xls); save it as .xlsx", "是旧版 Excel 文件（.xls）；请另存为 .xlsx"),
    ("", "is an old Office file; save it as .docx or .xlsx", "是旧版 Office 文件；请另存为 .docx 或 .xlsx"),
)

_BAD_ZIP = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    OSError,
    ValueError,
    RuntimeError,  # a password is asked for
    NotImplementedError,  # a way of packing that zipfile does not know
)


@dataclass(frozen=True, slots=True)
class Relation:
    """A relationship of a part (ECMA-376-2 §8.3): `kind` is the last word of its type, `target` a part's name
    or, where it is external, the uri as written."""

    kind: str
    target: str
    is_external: bool


class Package:
    """The XML parts of a package that passed every check; names are compared without case."""

    def __init__(self, parts: dict[str, bytes | Why]) -> None:
        self._parts = parts

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all XML parts, in lower case, without a leading slash."""
        return tuple(self._parts)

    def tree(self, name: str) -> etree._Element | Why | None:
        """The XML of a part; None where there is no such part, a Why where it is no XML."""
        content = self._parts.get(name.lower())
        return None if content is None else _tree(content, name)

    def relations(self, name: str) -> dict[str, Relation]:
        """The relationships of a part by id; those of the package itself under the name ``""``."""
        folder, base = posixpath.split(name)
        tree = self.tree(posixpath.join(folder, "_rels", base + ".rels"))
        if not isinstance(tree, etree._Element):
            return {}
        return {str(one.get("Id")): _relation(folder, one) for one in tree.iter("{*}Relationship")}

    def main(self) -> str | None:
        """The name of the part that is the document (ECMA-376-2 §8.3.3.1)."""
        found = (one.target for one in self.relations("").values() if one.kind == "officeDocument")
        return next(found, None)


def open_package(content: bytes) -> Package | Why:
    """The package in a file's bytes, or why it is not opened."""
    if content.startswith(_OLE):
        return _why_ole(content)
    if not content.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return NO_ZIP
    if content.count(b"PK\x01\x02") > MAX_PARTS:  # before zipfile makes an object of each
        return TOO_MANY_PARTS
    try:
        with ZipFile(io.BytesIO(content)) as archive:
            return _checked(archive)
    except _BAD_ZIP:
        return CUT_OFF


def _checked(archive: ZipFile) -> Package | Why:
    infos = [info for info in archive.infolist() if not info.is_dir()]
    why = next((found for check in _CHECKS if (found := check(infos))), None)
    return why or _unpacked(archive, infos)


def _why_ole(content: bytes) -> Why:
    found = ((en, zh) for stream, en, zh in _OLE_KINDS if stream.encode("utf-16-le") in content)
    return Why(*next(found))


# ---------------------------------------------------------------- what the directory of the zip file says


def _too_many(infos: Sequence[ZipInfo]) -> Why | None:
    return TOO_MANY_PARTS if len(infos) > MAX_PARTS else None


def _no_office(infos: Sequence[ZipInfo]) -> Why | None:
    return None if any(info.filename.lower() == CONTENT_TYPES for info in infos) else NO_OFFICE


def _encrypted(infos: Sequence[ZipInfo]) -> Why | None:
    return ENCRYPTED_PART if any(info.flag_bits & _ENCRYPTED for info in infos) else None


def _unsafe_name(infos: Sequence[ZipInfo]) -> Why | None:
    return BAD_NAME if any(_is_unsafe(info) for info in infos) else None


def _is_unsafe(info: ZipInfo) -> bool:
    """Names that lead out of the package, or that zipfile had to cut (at a NUL)."""
    name = info.orig_filename
    return "\0" in name or "\\" in name or name[1:2] == ":" or any(s in ("", ".", "..") for s in name.split("/"))


def _twice(infos: Sequence[ZipInfo]) -> Why | None:
    """Part names that differ by case alone are the same (ECMA-376-2 §7.2.4)."""
    return TWICE if len({info.filename.lower() for info in infos}) < len(infos) else None


def _overlapping(infos: Sequence[ZipInfo]) -> Why | None:
    ordered = sorted(infos, key=lambda info: info.header_offset)
    ends = (info.header_offset + _LOCAL_HEADER + len(info.filename) + info.compress_size for info in ordered)
    return OVERLAP if any(end > after.header_offset for end, after in zip(ends, ordered[1:], strict=False)) else None


def _too_large(infos: Sequence[ZipInfo]) -> Why | None:
    return TOO_LARGE if sum(info.file_size for info in infos) > MAX_BYTES else None


def _too_tight(infos: Sequence[ZipInfo]) -> Why | None:
    tight = (info.file_size > max(RATIO_FROM_BYTES, info.compress_size * MAX_RATIO) for info in infos)
    return BOMB if any(tight) else None


_CHECKS = (_too_many, _no_office, _encrypted, _unsafe_name, _twice, _overlapping, _too_large, _too_tight)


# ---------------------------------------------------------------- what the parts hold


def _unpacked(archive: ZipFile, infos: Sequence[ZipInfo]) -> Package | Why:
    parts: dict[str, bytes | Why] = {}
    room = MAX_XML_BYTES
    for info in (info for info in infos if info.filename.lower().endswith(XML_SUFFIXES)):
        raw = b"".join(_chunks(archive, info, room))
        if len(raw) > room:
            return TOO_LARGE
        content = read_xml(raw)
        if content is DOCUMENT_TYPE:  # in whatever part: nobody but an attacker writes one
            return DOCUMENT_TYPE
        if info.filename.endswith(".rels") and isinstance(tree := _tree(content, info.filename), Why):
            return tree  # without its relations a part would look as if it had no links
        parts[info.filename.lower()] = content
        room -= len(raw)
    return Package(parts)


def _chunks(archive: ZipFile, info: ZipInfo, room: int) -> Iterator[bytes]:
    """The bytes of a part, at most one chunk more than there is room for.

    A read of a given size unpacks no more than that; zipfile ends at the declared size and holds the CRC against it.
    """
    with archive.open(info) as source:
        while room >= 0 and (chunk := source.read(_CHUNK)):
            room -= len(chunk)
            yield chunk


def _tree(content: bytes | Why, name: str) -> etree._Element | Why:
    return parse_xml(content, name) if isinstance(content, bytes) else content


def _relation(folder: str, element: etree._Element) -> Relation:
    kind, target = str(element.get("Type", "")).rpartition("/")[2], str(element.get("Target", ""))
    is_external = element.get("TargetMode") == "External" or kind == "hyperlink"  # some programs forget the mode
    return Relation(kind, target if is_external else _resolved(folder, target), is_external)


def _resolved(folder: str, target: str) -> str:
    """The part a target names, seen from the folder of its source (ECMA-376-2 §8.3.3.3)."""
    path = posixpath.normpath(posixpath.join("/", folder, unquote(target.partition("#")[0])))
    return path.lstrip("/")
