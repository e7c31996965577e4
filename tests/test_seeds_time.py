"""Hostile and long text documents of a megabyte: each is read within its time, which a quadratic reader never is."""

from __future__ import annotations

import time

import pytest

from crawler.model import Document
from crawler.seeds.citations import cite
from crawler.seeds.mail.read import read_eml
from crawler.seeds.reading import Reader, Reading
from crawler.seeds.tables.read import read_csv
from crawler.seeds.text.read import read_markdown, read_text

MEGABYTE = 1_000_000
LIMIT_S = 60.0  # of processor time, several times what a slow machine takes; what these took before had no end

HEAD = "From: a@b.example\nTo: c@d.example\nSubject: x\n"
FLOWED = f"{HEAD}Content-Type: text/plain; format=flowed\n\n"
TABLE = "# 渡口\n\n| 标题 | 链接 |\n|---|---|\n"
TRACKER = "https://un.mdrtor.com/track/link/key/{0}/signature/{0:032x}/userid/{1:032x}\n"
LINK = "https://example.org/p/{}"


def _filled(piece: str, start: str = "", end: str = "") -> str:
    """A megabyte of a piece, numbered where it has a place for a number."""
    length = max(1, len(piece.format(100_000, 7)))
    return start + "".join(piece.format(number, number * 7) for number in range(MEGABYTE // length)) + end


# (name, reader, document)
DOCUMENTS: list[tuple[str, Reader, str]] = [
    ("a list of addresses", read_text, _filled(f"{LINK}\n")),
    ("a page of link lines", read_text, _filled(f"{LINK}\n", "渡口通讯\n\n正文一段，欢迎阅读。\n\n")),
    ("one line of addresses", read_text, _filled(f"渡口 {LINK} ")),
    ("titles, then links", read_text, _filled("渡口之{}号\n\n") + _filled(f"{LINK}\n")),
    ("trackers", read_text, _filled(TRACKER)),
    ("schemes", read_text, _filled("http://")),
    ("open brackets in addresses", read_text, _filled("https://example.org/(")),
    ("a table in Markdown", read_markdown, _filled(f"| 渡口之{{}} | {LINK} |\n", TABLE)),
    ("links in one paragraph", read_markdown, _filled(f"见 [渡口{{}}]({LINK}) 。\n")),
    ("pictures that do not end", read_markdown, _filled("![a](https://example.org/")),
    ("entities in addresses", read_markdown, _filled("https://example.org/?a&amp;b ")),
    ("references", read_markdown, _filled("[a][1] ", end="\n\n[1]: https://example.org/x\n")),
    ("open brackets in Markdown", read_markdown, _filled("[")),
    ("anchors that do not end", read_markdown, _filled('<a href="https://example.org/">')),
    ("a formula that does not end", read_csv, _filled("=HYPERLINK(")),
    ("a row of addresses", read_csv, _filled(f",{LINK}")),
    ("a cell of quotes and addresses", read_csv, '"' + _filled(f'""{LINK}"" ') + '"'),
    ("rows", read_csv, _filled(f"渡口之{{}},{LINK}\n", "标题,链接\n")),
    ("quoted links in a flowed mail", read_eml, _filled(f"> > > {LINK} \n", FLOWED)),
    ("quoted links in a mail", read_eml, _filled(f"> 见 {LINK}\n", f"{HEAD}Content-Type: text/plain\n\n")),
    ("mail addresses on one line", read_eml, _filled("a{}@b.example ", f"{HEAD}\n")),
]


@pytest.mark.proof
@pytest.mark.parametrize(("reader", "text"), [row[1:] for row in DOCUMENTS], ids=[row[0] for row in DOCUMENTS])
def test_a_megabyte_is_read_within_its_time(reader: Reader, text: str) -> None:
    begun = time.process_time()
    reading = reader(text.encode())
    taken = time.process_time() - begun
    assert isinstance(reading, Reading)
    assert reading.mentions or "https://" not in text, "nothing was read, so nothing was measured"
    assert taken < LIMIT_S, f"the night would stand still over this document: {taken:.0f} s"
    candidates = sum(len(mention.candidates) for mention in reading.mentions)
    assert candidates <= 100 * (len(reading.mentions) + 1), "its citations would fill the memory"
    assert len(cite(Document("a", "a", "0" * 64), reading.mentions[:100])) <= 100
