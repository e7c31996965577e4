"""Office packages that lie, overlap, swell or point outside: each is one clear sentence, for both readers."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Callable, Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.seeds.excel.read import read_xlsx
from crawler.seeds.package import opening as rules
from crawler.seeds.package.opening import Package, Relation, open_package
from crawler.seeds.package.properties import read_dated
from crawler.seeds.package.xml import BAD_ENCODING, DOCUMENT_TYPE, MAX_MARKS, TOO_MANY, parse_xml, read_xml
from crawler.seeds.reading import Reading, Why
from crawler.seeds.word.read import read_docx
from tests.makers.office_word import link, paragraph
from tests.makers.packages import TYPES, pack, word, word_parts

BODY = paragraph(link("l1", "文"))
LINKS = {"l1": "https://example.org/one"}
GOOD = word(BODY, LINKS)
PARTS = word_parts(BODY, LINKS)
BOMB = (
    '<!DOCTYPE x [<!ENTITY a "ha">'
    + "".join(f'<!ENTITY {name} "{f"&{inner};" * 10}">' for inner, name in zip("abcdefgh", "bcdefghi", strict=True))
    + "]><x>&i;</x>"
)
OUTSIDE = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/hostname">]><x>&a;</x>'


def with_part(name: str, content: str | bytes) -> bytes:
    """A good document with one more part, or another one of that name."""
    return pack({**PARTS, name: content})


def patched(content: bytes, name: str, offset: int, value: bytes) -> bytes:
    """A package whose central directory says something else of a part; `offset` is in its header (APPNOTE 4.3.12)."""
    place = -1
    while content[place + 46 : place + 46 + len(name)] != name.encode():
        place = content.index(b"PK\x01\x02", place + 1)
    return content[: place + offset] + value + content[place + offset + len(value) :]


def twice() -> bytes:
    """A package with two parts whose names differ by case alone."""
    return pack({**PARTS, "word/Document.xml": str(PARTS["word/document.xml"])})


def swelling() -> bytes:
    """Many parts, each small enough not to be conspicuous, that fill the memory together."""
    return pack({**PARTS, **{f"word/{number}.xml": b" " * (rules.RATIO_FROM_BYTES - 1) for number in range(26)}})


def overlapping() -> bytes:
    """Two entries that share the bytes of one part."""
    content = pack({**PARTS, "word/a.xml": "<a/>", "word/b.xml": "<a/>"}, zipfile.ZIP_STORED)
    return patched(content, "word/b.xml", 42, struct.pack("<I", content.index(b"word/a.xml") - 30))


def utf16(xml: str) -> bytes:
    """XML in the other encoding that is allowed."""
    return xml.encode("utf-16")


HOSTILE: Mapping[str, tuple[Callable[[], bytes], Why]] = {
    "empty": (lambda: b"", rules.NO_ZIP),
    "text": (lambda: "文字".encode(), rules.NO_ZIP),
    "an empty zip file": (lambda: pack({}), rules.NO_OFFICE),
    "a zip file of documents": (lambda: pack({"a.docx": GOOD}), rules.NO_OFFICE),
    "cut off": (lambda: GOOD[: len(GOOD) // 2], rules.CUT_OFF),
    "a wrong check sum": (lambda: patched(GOOD, "word/document.xml", 16, b"\0\0\0\0"), rules.CUT_OFF),
    "less declared than there is": (lambda: patched(GOOD, "word/document.xml", 24, b"\x10\0\0\0"), rules.CUT_OFF),
    "an unknown packing": (lambda: patched(GOOD, "word/document.xml", 10, b"\x63\0"), rules.CUT_OFF),
    "more declared than is safe": (
        lambda: patched(GOOD, "word/document.xml", 24, struct.pack("<I", rules.MAX_BYTES + 1)),
        rules.TOO_LARGE,
    ),
    "a bomb of one part": (lambda: with_part("word/media/a.png", b"\0" * (rules.RATIO_FROM_BYTES + 1)), rules.BOMB),
    "a bomb of many parts": (swelling, rules.TOO_LARGE),
    "too many parts": (
        lambda: pack({"[Content_Types].xml": TYPES, **{f"a{number}": "" for number in range(rules.MAX_PARTS + 1)}}),
        rules.TOO_MANY_PARTS,
    ),
    "parts that overlap": (overlapping, rules.OVERLAP),
    "two parts of one name": (twice, rules.TWICE),
    "an encrypted part": (lambda: patched(GOOD, "word/document.xml", 8, b"\x01\0"), rules.ENCRYPTED_PART),
    "a name that leads out": (lambda: with_part("../../a.xml", "<a/>"), rules.BAD_NAME),
    "an absolute name": (lambda: with_part("/etc/a.xml", "<a/>"), rules.BAD_NAME),
    "a name of another system": (lambda: with_part("word\\a.xml", "<a/>"), rules.BAD_NAME),
    "a name cut by a NUL": (
        lambda: with_part("word/aXb.xml", "<a/>").replace(b"word/aXb.xml", b"word/a\0b.xml"),
        rules.BAD_NAME,
    ),
    "entities that expand": (lambda: with_part("word/document.xml", BOMB), DOCUMENT_TYPE),
    "entities in a part nobody reads": (lambda: with_part("customXml/item1.xml", BOMB), DOCUMENT_TYPE),
    "entities in UTF-16": (lambda: with_part("word/styles.xml", utf16(BOMB)), DOCUMENT_TYPE),
    "a file of the machine": (lambda: with_part("word/document.xml", OUTSIDE), DOCUMENT_TYPE),
    "another encoding": (
        lambda: with_part("word/document.xml", "<?xml version='1.0' encoding='UTF-7'?>+ADwAIQ-DOCTYPE x+AD4-<x/>"),
        BAD_ENCODING,
    ),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_package_is_refused_in_one_sentence(name: str) -> None:
    make, why = HOSTILE[name]
    content = make()
    assert read_docx(content) == why, "an editor would not know what is wrong with the file"
    if why is not BAD_ENCODING:  # that is a Word part's
        assert read_xlsx(content) == why
    assert len(content) < 2_000_000, "the test's own bomb is too large to be one"


OLE = [
    ("EncryptedPackage", "is encrypted; save it without a password"),
    ("WordDocument", "is an old Word file (.doc); save it as .docx"),
    ("Workbook", "is an old Excel file (.xls); save it as .xlsx"),
    ("Something", "is an old Office file; save it as .docx or .xlsx"),
]


@pytest.mark.parametrize(("stream", "words"), OLE)
def test_an_old_or_encrypted_file_says_what_to_do(stream: str, words: str) -> None:
    content = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 504 + stream.encode("utf-16-le")
    for found in (read_docx(content), read_xlsx(content)):
        assert isinstance(found, Why)
        assert found.en == words


@given(st.integers(0, len(GOOD)), st.binary(min_size=1, max_size=4))
def test_no_damage_makes_a_reader_fail(place: int, damage: bytes) -> None:
    content = GOOD[:place] + damage + GOOD[place + len(damage) :]
    for read in (read_docx, read_xlsx):
        assert isinstance(read(content), Reading | Why)


@given(st.binary(max_size=300))
def test_no_bytes_make_a_reader_fail(tail: bytes) -> None:
    assert isinstance(read_docx(b"PK\x03\x04" + tail), Why)
    assert isinstance(read_xlsx(b"PK\x05\x06" + tail), Why)


def test_deep_xml_is_a_sentence_and_no_crash() -> None:
    assert isinstance(parse_xml(b"<a>" * 100_000 + b"</a>" * 100_000, "word/document.xml"), Why)


def test_millions_of_elements_are_refused_unparsed() -> None:
    assert read_xml(b"<a>" * (MAX_MARKS + 1)) == TOO_MANY
    assert read_xml(b"<a " + b'b="" ' * (MAX_MARKS + 1)) == TOO_MANY


def test_a_damaged_list_of_relations_is_told() -> None:
    content = with_part("word/_rels/document.xml.rels", "<Relationships>")
    why = read_docx(content)
    assert isinstance(why, Why), "without its relations the document would look as if it had no links"
    assert "document.xml.rels" in why.en


def test_utf16_parts_are_read() -> None:
    xml = '<?xml version="1.0" encoding="UTF-16"?>' + str(PARTS["word/document.xml"])
    found = read_docx(with_part("word/document.xml", utf16(xml)))
    assert isinstance(found, Reading)
    assert [one.url for one in found.mentions] == ["https://example.org/one"]


def test_strict_names_are_read_as_transitional_ones() -> None:
    strict = b'<a xmlns:w="http://purl.oclc.org/ooxml/wordprocessingml/main">http://purl.oclc.org/ooxml/a/b</a>'
    expected = (
        b'<a xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">http://purl.oclc.org/ooxml/a/b</a>'
    )
    assert read_xml(strict) == expected, "text that prints such an address must stay as it is"


def opened(content: bytes) -> Package:
    """A package that must be opened."""
    found = open_package(content)
    assert isinstance(found, Package)
    return found


TARGETS = [
    ("media/a.xml", "word/media/a.xml"),
    ("../docProps/a.xml", "docProps/a.xml"),
    ("/word/a.xml", "word/a.xml"),
    ("../../../../etc/passwd", "etc/passwd"),
    ("a%20b.xml#part", "word/a b.xml"),
]


@pytest.mark.parametrize(("target", "part"), TARGETS)
def test_a_relation_names_a_part_within_the_package(target: str, part: str) -> None:
    rels = f'<Relationships xmlns="r"><Relationship Id="x" Type="t/styles" Target="{target}"/></Relationships>'
    found = opened(with_part("word/_rels/document.xml.rels", rels)).relations("word/document.xml")
    assert found == {"x": Relation("styles", part, False)}


DATES = [
    ("<dcterms:created>2024-05-01T00:00:00Z</dcterms:created>", "2024-05-01"),
    (
        "<dcterms:created>2024-05-01</dcterms:created><dcterms:modified>2025-01-31T08:00Z</dcterms:modified>",
        "2025-01-31",
    ),
    (
        "<dcterms:created>2024-05-01</dcterms:created><dcterms:modified>2025-02-30T08:00Z</dcterms:modified>",
        "2024-05-01",
    ),
    ("<dcterms:modified>1601-01-01T00:00:00Z</dcterms:modified>", None),
    ("", None),
]


@pytest.mark.parametrize(("properties", "day"), DATES)
def test_a_document_is_dated_by_its_properties(properties: str, day: str | None) -> None:
    core = f'<cp xmlns:dcterms="http://purl.org/dc/terms/">{properties}</cp>'
    assert read_dated(opened(with_part("docProps/core.xml", core))) == day


def test_pictures_are_not_unpacked() -> None:
    spoilt = patched(with_part("word/media/a.png", b"x" * 99), "word/media/a.png", 16, b"\0\0\0\0")
    with pytest.raises(zipfile.BadZipFile), zipfile.ZipFile(io.BytesIO(spoilt)) as archive:
        archive.read("word/media/a.png")
    assert isinstance(read_docx(spoilt), Reading), "a damaged picture must not cost the links"
