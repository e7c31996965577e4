"""Office packages written part by part: for what no program at hand writes, and for hostile ones."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from xml.sax.saxutils import quoteattr

OFFICE = "http://schemas.openxmlformats.org"
RELATION = f"{OFFICE}/officeDocument/2006/relationships"
WORD = f"{OFFICE}/wordprocessingml/2006/main"
SHEET = f"{OFFICE}/spreadsheetml/2006/main"
NAMES = " ".join(
    f'xmlns:{prefix}="{uri}"'
    for prefix, uri in {
        "w": WORD,
        "r": RELATION,
        "a": f"{OFFICE}/drawingml/2006/main",
        "wp": f"{OFFICE}/drawingml/2006/wordprocessingDrawing",
        "pic": f"{OFFICE}/drawingml/2006/picture",
        "xdr": f"{OFFICE}/drawingml/2006/spreadsheetDrawing",
        "mc": f"{OFFICE}/markup-compatibility/2006",
        "wps": "http://schemas.microsoft.com/office/word/2010/wordprocessingShape",
        "v": "urn:schemas-microsoft-com:vml",
    }.items()
)
_STRICT_NAME = re.compile(rf"{OFFICE}/(officeDocument|\w+ml)/2006/(\w+)")
TYPES = (
    f'<Types xmlns="{OFFICE}/package/2006/content-types"><Default Extension="xml" ContentType="application/xml"/>'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/></Types>'
)
CORE = (
    '<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" '
    'xmlns:dcterms="http://purl.org/dc/terms/"><dcterms:created>2019-03-01T08:00:00Z</dcterms:created>'
    "<dcterms:modified>2025-06-12T22:30:00Z</dcterms:modified></cp:coreProperties>"
)


@dataclass(frozen=True)
class Part:
    """The XML of a part and its relations: id → (kind, target); a target that is no part's name is external."""

    xml: str
    relations: Mapping[str, tuple[str, str]] = field(default_factory=dict)


def pack(parts: Mapping[str, str | bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A zip file of these parts in this order, the same bytes every time."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in parts.items():
            archive.writestr(zipfile.ZipInfo(name), content, compression)
    return buffer.getvalue()


def package(main: str, parts: Mapping[str, Part]) -> dict[str, str | bytes]:
    """The parts of a package whose main part has that name, with content types, relations and properties."""
    top = {"rId1": ("officeDocument", main), "rId2": ("metadata/core-properties", "docProps/core.xml")}
    files: dict[str, str | bytes] = {"[Content_Types].xml": TYPES, "_rels/.rels": _relations(top, "", [main])}
    for name, part in parts.items():
        folder, _, base = name.rpartition("/")
        files[name] = part.xml
        if part.relations:
            files[f"{folder}/_rels/{base}.rels"] = _relations(part.relations, folder, [*parts])
    return files | {"docProps/core.xml": CORE}


def word(
    body: str, links: Mapping[str, str] | None = None, parts: Mapping[str, Part] | None = None, styles: str = ""
) -> bytes:
    """A Word document with this body. `links` are its external targets by id, `parts` further parts of it by kind."""
    return pack(word_parts(body, links, parts, styles))


def word_parts(
    body: str, links: Mapping[str, str] | None = None, parts: Mapping[str, Part] | None = None, styles: str = ""
) -> dict[str, str | bytes]:
    """The parts of a Word document, for tests that spoil them."""
    further = {**(parts or {}), **({"styles": Part(f"<w:styles {NAMES}>{styles}</w:styles>")} if styles else {})}
    relations = {id_: ("hyperlink", target) for id_, target in (links or {}).items()}
    relations |= {f"part{kind}": (kind.rstrip("0123456789"), f"word/{kind}.xml") for kind in further}
    document = Part(f"<w:document {NAMES}><w:body>{body}</w:body></w:document>", relations)
    return package(
        "word/document.xml", {"word/document.xml": document} | {f"word/{k}.xml": p for k, p in further.items()}
    )


def excel(
    sheets: Mapping[str, Part], strings: str = "", parts: Mapping[str, Part] | None = None, hidden: tuple[str, ...] = ()
) -> bytes:
    """A workbook of these sheets by name; `parts` are further parts by their full names."""
    numbered = {f"xl/worksheets/sheet{number}.xml": part for number, part in enumerate(sheets.values(), 1)}
    states = {name: ' state="hidden"' if name in hidden else "" for name in sheets}
    listed = "".join(
        f'<sheet name="{name}" sheetId="{number}" r:id="rId{number}"{state}/>'
        for number, (name, state) in enumerate(states.items(), 1)
    )
    relations = {f"rId{number}": ("worksheet", name) for number, name in enumerate(numbered, 1)}
    book = Part(
        f'<workbook xmlns="{SHEET}" xmlns:r="{RELATION}"><sheets>{listed}</sheets></workbook>',
        relations | {"rIdS": ("sharedStrings", "xl/sharedStrings.xml")},
    )
    shared = Part(f'<sst xmlns="{SHEET}">{strings}</sst>')
    return pack(
        package(
            "xl/workbook.xml", {"xl/workbook.xml": book, "xl/sharedStrings.xml": shared, **numbered, **(parts or {})}
        )
    )


def sheet(rows: str, after: str = "", relations: Mapping[str, tuple[str, str]] | None = None) -> Part:
    """A worksheet of these rows; `after` follows the data."""
    xml = f'<worksheet xmlns="{SHEET}" xmlns:r="{RELATION}"><sheetData>{rows}</sheetData>{after}</worksheet>'
    return Part(xml, relations or {})


def strict(content: bytes) -> bytes:
    """A package as the strict form of the standard writes it (ISO/IEC 29500-1 Annex A)."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = {info.filename: archive.read(info).decode() for info in archive.infolist()}
    return pack({name: _STRICT_NAME.sub(r"http://purl.oclc.org/ooxml/\1/\2", xml) for name, xml in parts.items()})


def _relations(relations: Mapping[str, tuple[str, str]], folder: str, parts: list[str]) -> str:
    rows = "".join(_relation(id_, kind, target, folder, parts) for id_, (kind, target) in relations.items())
    return f'<Relationships xmlns="{OFFICE}/package/2006/relationships">{rows}</Relationships>'


def _relation(id_: str, kind: str, target: str, folder: str, parts: list[str]) -> str:
    internal = target in parts or target.startswith(("docProps/", "word/", "xl/"))
    place = f"/{target}" if internal else target
    mode = "" if internal else ' TargetMode="External"'
    base = f"{OFFICE}/package/2006/relationships" if kind.startswith("metadata") else RELATION
    return f'<Relationship Id="{id_}" Type="{base}/{kind}" Target={quoteattr(place)}{mode}/>'
