"""The formats of seed documents: one row a format, its reader, and how its content begins.

Rules:
- The suffix says what a document is meant to be; content that plainly is something else makes it misnamed.
- Binary formats are read in a process of their own (apart.py); the readers are imported only when they are needed.
- A format without a reader has a row, too, when people have it lying about: the row says what to save it as.
"""

from __future__ import annotations

import importlib
import io
import zipfile
from dataclasses import dataclass
from pathlib import PurePath
from typing import cast

from crawler.seeds.reading import Reader, Why

MEBI = 1024 * 1024
MAX_BYTES = 200 * 1000 * 1000
MAX_TEXT_BYTES = 16 * MEBI  # a thousand times a briefing's text; beyond that it is a log or a data dump
HEAD_BYTES = 4096
MAX_PARTS = 20_000  # of a package; more are not even listed here


@dataclass(frozen=True, slots=True)
class Format:
    """A format: `reader` as `module:function`, `rank` by what it says of a citation's place (the highest leads
    where one document exists in several), `apart` for those read in a process of their own."""

    name: str
    zh: str
    suffixes: tuple[str, ...]
    reader: str
    rank: int
    max_bytes: int = MAX_BYTES
    apart: bool = False

    def load(self) -> Reader:
        """The reader itself."""
        module, _, function = self.reader.partition(":")
        return cast(Reader, getattr(importlib.import_module(module), function))


_TEXT = (".txt", ".text", ".urls", ".list")
_HTML = (".html", ".htm", ".xhtml")

FORMATS = (
    Format("Word", "Word", (".docx", ".docm", ".dotx", ".dotm"), "crawler.seeds.word.read:read_docx", 90, apart=True),
    Format("HTML", "HTML", _HTML, "crawler.seeds.html.read:read_html", 80, MAX_TEXT_BYTES),
    Format("mail", "邮件", (".eml",), "crawler.seeds.mail.read:read_eml", 70, 4 * MAX_TEXT_BYTES),
    Format("PDF", "PDF", (".pdf",), "crawler.seeds.pdf.read:read_pdf", 60, apart=True),
    Format("Markdown", "Markdown", (".md", ".markdown"), "crawler.seeds.text.read:read_markdown", 50, MAX_TEXT_BYTES),
    Format("Excel", "Excel", (".xlsx", ".xlsm", ".xltx"), "crawler.seeds.excel.read:read_xlsx", 40, apart=True),
    Format("CSV", "CSV", (".csv", ".tsv"), "crawler.seeds.tables.read:read_csv", 30, MAX_TEXT_BYTES),
    Format(
        "text", "纯文本", (".txt", ".text", ".urls", ".list"), "crawler.seeds.text.read:read_text", 20, MAX_TEXT_BYTES
    ),
)
READERS = {suffix: row for row in FORMATS for suffix in row.suffixes}

# (suffixes, what they are, 中文, what to save them as)
UNREAD = (
    ((".doc", ".wps", ".rtf", ".odt", ".pages"), "word-processor files of this kind", "此类文字处理文件", ".docx"),
    ((".xls", ".et", ".ods", ".numbers"), "spreadsheets of this kind", "此类电子表格", ".xlsx"),
    ((".ppt", ".pptx", ".odp", ".dps", ".key"), "presentations", "演示文稿", ".pdf"),
    ((".msg", ".oft"), "Outlook's own messages", "Outlook 专用格式的邮件", ".eml"),
    ((".mht", ".mhtml"), "web archives of a browser", "浏览器的网页存档", ".html"),
    ((".epub", ".mobi", ".djvu", ".ps", ".xps", ".ofd", ".caj"), "files of this kind", "此类文件", ".pdf"),
)

# (format, how its content begins); a zip package is told by the parts it holds
_SIGNS = (
    ("PDF", (b"%PDF-",)),
    ("HTML", (b"<!doctype html", b"<html")),
    ("an old Office or Outlook file", (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",)),
    ("RTF", (b"{\\rtf",)),
    ("a picture", (b"\x89PNG\r\n", b"\xff\xd8\xff", b"GIF8", b"II*\0", b"MM\0*")),
    ("a compressed archive", (b"\x1f\x8b", b"7z\xbc\xaf\x27\x1c", b"Rar!", b"BZh", b"\xfd7zXZ")),
)
_ZH = {
    "an old Office or Outlook file": "旧版 Office 或 Outlook 文件",
    "a picture": "图片",
    "a compressed archive": "压缩包",
    "Word": "Word 文档",
    "Excel": "Excel 工作簿",
    "a presentation": "演示文稿",
    "a zip archive": "ZIP 压缩包",
}
_PARTS = (("word/", "Word"), ("xl/", "Excel"), ("ppt/", "a presentation"))
# A package or container that is to be told by its own reader: encrypted ones are OLE files under .docx and .xlsx.
_OWN_READER_TELLS = {("Word", "an old Office or Outlook file"), ("Excel", "an old Office or Outlook file")}


def format_of(path: PurePath) -> Format | Why:
    """The format a file is meant to be, by its suffix, or why there is none."""
    suffix = path.suffix.lower()
    if suffix in READERS:
        return READERS[suffix]
    for suffixes, what, zh, instead in UNREAD:
        if suffix in suffixes:
            return Why(
                f"{what} ({suffix}) are not read; save it as {instead}", f"{zh}（{suffix}）无法读取；请另存为 {instead}"
            )
    return _no_reader(suffix)


def misnamed(meant: Format, content: bytes) -> Why | None:
    """Why content is not what its suffix says; None when it may be."""
    found = sniff(content)
    if found is None or found == meant.name or (meant.name, found) in _OWN_READER_TELLS:
        return None
    if found == "HTML" and meant.name in ("Markdown", "mail"):
        return None  # both may hold HTML from their first line on
    suffixes = next((row.suffixes for row in FORMATS if row.name == found), ())
    instead = f"rename it to {suffixes[0]}" if suffixes else "save it in a format that is read"
    zh = f"请将扩展名改为 {suffixes[0]}" if suffixes else "请另存为可读取的格式"
    return Why(
        f"is named as {meant.name} but holds {found if found.startswith('a') else found + ' content'}; {instead}",
        f"扩展名是{'或'.join(meant.suffixes[:1])}，内容却是{_ZH.get(found, found)}；{zh}",
    )


def sniff(content: bytes) -> str | None:
    """What content plainly is, by how it begins; None for anything else."""
    head = content[:HEAD_BYTES].lstrip(b"\xef\xbb\xbf \t\r\n")
    if head.startswith(b"PK\x03\x04"):
        return _package(content)
    lowered = head[:64].lower()
    for name, signs in _SIGNS:
        if any(head.startswith(sign) or lowered.startswith(sign) for sign in signs):
            return name
    return "PDF" if b"%PDF-" in content[:1024] else None  # ISO 32000-1 §7.5.2: readers accept it a little later


def _package(content: bytes) -> str | None:
    """Which kind of package a zip file is; None for a broken one: its reader tells how."""
    if content.count(b"PK\x01\x02") > MAX_PARTS:
        return None
    try:
        names = zipfile.ZipFile(io.BytesIO(content)).namelist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return None
    return next((kind for prefix, kind in _PARTS if any(name.startswith(prefix) for name in names)), "a zip archive")


def _no_reader(suffix: str) -> Why:
    known = " ".join(row.suffixes[0] for row in FORMATS)
    shown = "".join(one if one.isprintable() else "?" for one in suffix[:20])
    return Why(
        f"there is no reader for {shown or 'files without an extension'}; save it as one of {known}",
        f"没有可读取{f' {shown} 文件' if shown else '无扩展名文件'}的程序；请另存为以下格式之一：{known}",
    )
