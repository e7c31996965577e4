"""PDFs → mentions: documents of real programs against the table."""

from __future__ import annotations

import tomllib
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

from crawler.seeds.mention import Mention
from crawler.seeds.pdf.read import PAGE_END, read_pdf, read_pdf_text
from crawler.seeds.reading import Reading, Why

HERE = Path(__file__).parent
DOCUMENTS = HERE / "cases" / "documents" / "pdf"
TABLE: list[dict[str, Any]] = tomllib.loads((HERE / "cases" / "seeds_pdf.toml").read_text("utf-8"))["document"]


def read(name: str) -> Reading:
    """A document of the tests as read."""
    return readable((DOCUMENTS / name).read_bytes())


def readable(content: bytes) -> Reading:
    """The reading of bytes that must be readable."""
    reading = read_pdf(content)
    assert isinstance(reading, Reading), f"an editor would be told: {reading.en}"
    return reading


def told(mention: Mention, row: dict[str, Any]) -> dict[str, Any]:
    """What a mention says, in the keys of the table; of what a row need not state only what it does."""
    items = [candidate.item for candidate in mention.candidates]
    facts = {
        "page": mention.page,
        "uri": "".join(mention.url.split()),
        "anchor": mention.anchor,
        "fragments": mention.fragments,
        "section": mention.section,
        "item": items[0] if len(items) == 1 else None,
        "candidates": sorted(items) if len(items) != 1 else [],
        "flags": sorted(flag.value for flag in mention.flags if flag.value != "wrapped"),
    }
    further = {"context": mention.context, "rectangles": len(mention.rectangles)}
    return facts | {key: further[key] for key in further if key in row}


def stated(row: dict[str, Any]) -> dict[str, Any]:
    """A row of the table with what it leaves out."""
    facts = {"anchor": None, "fragments": 1, "section": None, "item": None, "flags": [], **row}
    return facts | {"candidates": sorted(row.get("candidates", []))}


@pytest.mark.parametrize("document", TABLE, ids=lambda document: str(document["name"]))
def test_every_citation_is_told_as_its_author_meant_it(document: dict[str, Any]) -> None:
    mentions = read(document["name"]).mentions
    rows = document["expected"]
    assert [mention.url for mention in mentions] != [], "no link of the document would be checked"
    shown = [told(mention, row) for mention, row in zip(mentions, rows, strict=False)]
    assert shown == [stated(row) for row in rows]
    assert len(mentions) == len(rows), "a link is lost or invented"


@pytest.mark.parametrize("document", TABLE, ids=lambda document: str(document["name"]))
def test_what_could_not_be_read_is_said(document: dict[str, Any]) -> None:
    reading = read(document["name"])
    assert [why.en for why in reading.warnings] == document.get("warnings", [])
    assert all(why.zh for why in reading.warnings)
    assert reading.dated == document.get("dated", reading.dated)


def annotated(name: str) -> Counter[int]:
    """How many links to the web pypdf finds on each page, whatever else it finds."""
    found: Counter[int] = Counter()
    for number, page in enumerate(PdfReader(DOCUMENTS / name).pages, 1):
        for place in page.get("/Annots", []):
            annotation = place.get_object()
            action = annotation["/A"].get_object() if "/A" in annotation else {}
            is_web = action.get("/S") == "/URI" and not str(action["/URI"]).startswith("file:")
            found[number] += is_web and annotation["/Subtype"] == "/Link" and len(annotation["/Rect"]) == 4
    return +found


@pytest.mark.parametrize("document", TABLE, ids=lambda document: str(document["name"]))
def test_every_annotation_is_a_fragment_of_one_citation(document: dict[str, Any]) -> None:
    links = [mention for mention in read(document["name"]).mentions if mention.anchor is not None]
    total = annotated(document["name"]).total()
    assert sum(mention.fragments for mention in links) == total > 0, "a link is lost, or counted twice"
    for mention in links:
        assert ("wrapped" in {flag.value for flag in mention.flags}) == (mention.fragments > 1)
        assert {rectangle.page for rectangle in mention.rectangles} <= {mention.page, (mention.page or 0) + 1}
        assert len(mention.rectangles) >= mention.fragments


@pytest.mark.parametrize("document", TABLE, ids=lambda document: str(document["name"]))
def test_offsets_point_at_what_is_printed(document: dict[str, Any]) -> None:
    text = read_pdf_text((DOCUMENTS / document["name"]).read_bytes())
    mentions = read(document["name"]).mentions
    assert [mention.start for mention in mentions] == sorted(mention.start for mention in mentions)
    for mention in mentions:
        printed = text[mention.start : mention.end]
        assert text[: mention.start].count(PAGE_END) == (mention.page or 0) - 1, "an editor would look on another page"
        if mention.anchor is None:
            assert printed == mention.url
        elif mention.anchor != "[image]":
            assert printed
            assert tight(mention.anchor).startswith(tight(printed))


def tight(text: str) -> str:
    """A text without white space."""
    return "".join(text.split())


@pytest.mark.parametrize("document", TABLE, ids=lambda document: str(document["name"]))
def test_an_undecided_item_has_candidates_or_none(document: dict[str, Any]) -> None:
    for mention in read(document["name"]).mentions:
        assert len({candidate.item for candidate in mention.candidates}) == len(mention.candidates)
        assert all(candidate.why for candidate in mention.candidates)


@pytest.mark.parametrize("document", TABLE, ids=lambda document: str(document["name"]))
def test_rectangles_lie_on_the_page(document: dict[str, Any]) -> None:
    pages = PdfReader(DOCUMENTS / document["name"]).pages
    for mention in read(document["name"]).mentions:
        assert mention.rectangles, "an editor could not be shown the place"
        for one in mention.rectangles:
            box = pages[one.page - 1].mediabox
            assert box.left <= one.left < one.right <= box.right
            assert box.bottom <= one.bottom < one.top <= box.top


def test_running_heads_and_page_numbers_are_no_context() -> None:
    for name in ("bulletin.pdf", "newsletter.pdf", "columns.pdf"):
        for mention in read(name).mentions:
            assert not any(head in mention.context for head in ("最新进展", "书馆通讯", "水岸通讯", "- 1 -", "1 / 3"))


def test_no_recipient_is_shown_in_a_context() -> None:
    shown = "".join(mention.context for name in ("bulletin.pdf", "newsletter.pdf") for mention in read(name).mentions)
    assert "***@garden.example.org" in shown
    assert "winter@garden.example.org" not in shown


def test_the_opening_is_the_beginning_of_the_text() -> None:
    reading = read("columns.pdf")
    assert reading.opening == read_pdf_text((DOCUMENTS / "columns.pdf").read_bytes())[: len(reading.opening)]
    assert "园圃的春天" in reading.opening


def test_a_password_is_asked_for_in_both_languages() -> None:
    why = read_pdf((DOCUMENTS / "encrypted.pdf").read_bytes())
    assert why == Why("is encrypted; save it without a password", "文件已加密；请另存为无密码的文件")
