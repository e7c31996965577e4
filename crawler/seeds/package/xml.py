"""The XML of an office package's part: checked before it is parsed, and parsed without trust.

Rules:
- XML is UTF-8 or UTF-16 without a document type (ECMA-376-2 §8.1.4): no entity can expand, nothing outside is read.
- The tree of a part costs memory by its elements and attributes: a part with too many of them is refused unparsed.
- Strict namespaces (ISO/IEC 29500-1) are read as the transitional ones, which readers know.
"""

from __future__ import annotations

import codecs
import re

from lxml import etree

from crawler.seeds.reading import Why

MAX_MARKS = 6_000_000  # of `<` and `=` in one part: each element or attribute of a tree costs about 100 bytes

TOO_MANY = Why("has a part of millions of elements; split the document", "有一个部件含数百万个元素；请拆分文档")
DOCUMENT_TYPE = Why(
    "declares a document type or entities in its XML, as no Office program does: refused",
    "XML 中含有文档类型或实体声明（Office 不会生成），已拒绝",
)
BAD_ENCODING = Why(
    "has XML that is neither UTF-8 nor UTF-16; open it in Office and save it again",
    "XML 编码不是 UTF-8 或 UTF-16；请用 Office 打开后重新保存",
)

# strict name → transitional: …/ooxml/wordprocessingml/main → …/wordprocessingml/2006/main (ISO/IEC 29500-1 Annex A)
_STRICT = b"http://purl.oclc.org/ooxml/"
_STRICT_NAME = re.compile(rb"""(=\s*["'])http://purl\.oclc\.org/ooxml/(\w+)/([\w/-]+)(?=["'])""")
_TRANSITIONAL = b"http://schemas.openxmlformats.org/"

_ENCODING = re.compile(rb"""<\?xml[^>]*?\bencoding\s*=\s*["']([\w.-]+)["'][^>]*\?>""")
_DECLARATION = re.compile(r"^\ufeff?<\?xml[^>]*\?>")


def parse_xml(content: bytes, name: str = "") -> etree._Element | Why:
    """The tree of an XML part that was checked before; a Why for what is not well-formed or nested too deep."""
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        return etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError):
        shown = re.sub(r"[^\w./\[\]-]", "?", name)[-80:]
        return Why(
            f"is damaged: its part {shown} is no proper XML; open it in Office and save it again",
            f"已损坏：部件 {shown} 不是有效的 XML；请用 Office 打开后重新保存",
        )


def read_xml(raw: bytes) -> bytes | Why:
    """An XML part as UTF-8 with transitional namespaces, or why it is refused."""
    content = _as_utf8(raw)
    if isinstance(content, Why):
        return content
    if b"<!DOCTYPE" in content or b"<!ENTITY" in content:
        return DOCUMENT_TYPE
    if content.count(b"<") + content.count(b"=") > MAX_MARKS:
        return TOO_MANY
    return _STRICT_NAME.sub(_as_transitional, content) if _STRICT in content else content


def _as_utf8(raw: bytes) -> bytes | Why:
    """UTF-16 is rewritten, so that what is searched here is what will be parsed; other encodings could hide it."""
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return _rewritten(raw, "utf-16")
    if raw[:4] in (b"<\0?\0", b"\0<\0?"):
        return _rewritten(raw, "utf-16-le" if raw[0] else "utf-16-be")
    declared = _ENCODING.match(raw.removeprefix(codecs.BOM_UTF8))
    known = not declared or declared[1].lower() in (b"utf-8", b"utf8", b"us-ascii", b"ascii")
    return raw.removeprefix(codecs.BOM_UTF8) if known and b"\0" not in raw else BAD_ENCODING


def _rewritten(raw: bytes, encoding: str) -> bytes | Why:
    try:
        return _DECLARATION.sub("", raw.decode(encoding)).encode()
    except UnicodeError:
        return BAD_ENCODING


def _as_transitional(found: re.Match[bytes]) -> bytes:
    return found[1] + _TRANSITIONAL + found[2] + b"/2006/" + found[3]
