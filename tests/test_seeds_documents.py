"""Documents on disk → citations: sample documents, awkward files, ids, and the two citation lists."""

from __future__ import annotations

import hashlib
import json
import os
import re
import tomllib
import unicodedata
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.errors import UsageError
from crawler.model import Citation, Document, Flag, Kind, KnownNames
from crawler.seeds.citations import citation_id, cite, kind_of
from crawler.seeds.documents import Seeds, each_document, read_documents
from crawler.seeds.explain import FLAGS, UNCERTAIN, WHY, explain, place_of
from crawler.seeds.formats import MAX_TEXT_BYTES, READERS
from crawler.seeds.show import citation_json
from crawler.seeds.table import document_table
from crawler.seeds.text.markdown import read_markdown
from crawler.seeds.text.page_text import read_text

HERE = Path(__file__).parent
SAMPLES = HERE / "cases" / "documents"
LISTS = HERE.parent / "seeds"
TABLE: list[dict[str, Any]] = tomllib.loads((HERE / "cases" / "seeds_documents.toml").read_text("utf-8"))["document"]
SIGNATURE = "00112233445566778899aabbccddeeff"
USER = "ffeeddccbbaa99887766554433221100"
DOCUMENT = Document("a.txt", "a", "0" * 64)


def told(citation: Citation) -> dict[str, Any]:
    """What the table says of a citation."""
    return {
        "page": citation.page,
        "lines": list(citation.lines),
        "kind": citation.kind.value,
        "uri": citation.uri,
        "section": citation.section,
        "item": citation.item,
        "fragments": citation.fragments,
        "flags": [flag.value for flag in citation.flags],
        "defect": citation.defect and citation.defect.value,
    }


@pytest.mark.parametrize("case", TABLE, ids=lambda case: case["name"])
def test_a_sample_document_gives_its_citations(case: dict[str, Any]) -> None:
    citations = read_documents([SAMPLES / case["name"]]).citations
    blank = {"page": None, "uri": None, "section": None, "item": None, "defect": None}
    for citation, row in zip(citations, case["expected"], strict=True):
        candidates = row.pop("candidates", None)
        expected = blank | {"fragments": len(row["lines"])} | row
        assert told(citation) == expected, "an editor would look for the link in the wrong place"
        if candidates:
            assert [one.item for one in citation.item_candidates] == candidates


@pytest.mark.parametrize("name", [case["name"] for case in TABLE])
def test_offsets_point_at_what_was_printed(name: str) -> None:
    text = (SAMPLES / name).read_text("utf-8")
    for citation in read_documents([SAMPLES / name]).citations:
        shown = text[citation.start : citation.end]
        assert shown, f"{citation.id} points at nothing"
        if citation.wrapper and not citation.wrapper.redacted_in_source:
            assert shown == citation.wrapper.raw
        elif citation.kind is not Kind.MAIL:
            assert shown.replace("&amp;", "&") == citation.printed
        assert text.count("\n", 0, citation.start) + 1 == citation.lines[0]


_urls = ["https://example.org/a", "www.example.org", "，wang@example.org ", "http:example.org"]
_words = ["花园最新进展", "标题", "。", "的", "正文很长，没有什么可说的地方", f"/signature/{SIGNATURE}/userid/{USER}"]
_space = ["\n", "\n\n", "\n\n\n\n", "\r\n", "\f", " ", "   "]
_pieces = st.sampled_from(_urls + _words + _space)


@given(st.lists(_pieces, max_size=40))
def test_any_text_is_read_with_true_offsets_and_without_recipients(pieces: list[str]) -> None:
    text = "".join(pieces)
    mentions = read_text(text)
    for mention in mentions:
        assert text[mention.start : mention.end] == mention.url
        assert len(mention.candidates) != 1 or mention.candidates[0].item
    citations = cite(Document("x.txt", "x", "0"), mentions)
    assert len({citation.id for citation in citations}) == len(citations)
    found = json.dumps([citation_json(citation) for citation in citations])
    assert SIGNATURE not in found
    assert USER not in found
    assert "wang@" not in found


def test_the_wrapper_is_in_memory_alone() -> None:
    citations = [one for one in read_documents([SAMPLES / "bulletin.txt"]).citations if one.wrapper]
    assert len(citations) == 2
    for citation in citations:
        assert citation.wrapper is not None
        assert SIGNATURE in citation.wrapper.raw
        assert citation.wrapper.sha256 == hashlib.sha256(citation.wrapper.raw.encode()).hexdigest()
        everything = (
            repr(citation)
            + json.dumps(citation_json(citation))
            + document_table(Seeds(citations=(citation,), documents=(DOCUMENT,)))
            + explain(citation)
        )
        assert SIGNATURE not in everything
        assert USER not in everything


def test_awkward_files_are_named_and_the_rest_goes_on(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / ".hidden").mkdir()
    for name in ["README.md", "readme.txt", ".dot.txt", ".hidden/a.txt", "sub/good.txt", "b.md"]:
        (tmp_path / name).write_text("https://example.org/" + name, "utf-8")
    (tmp_path / "empty.txt").write_bytes(b"")
    (tmp_path / "blank.txt").write_bytes(b"\xef\xbb\xbf \n")
    (tmp_path / "latin.txt").write_bytes("Förderung für Straßen".encode("latin-1"))
    (tmp_path / "zero.txt").write_bytes(b"a\0b")
    (tmp_path / "old.doc").write_bytes(b"\xd0\xcf\x11\xe0")
    (tmp_path / "gone.txt").symlink_to(tmp_path / "nowhere")
    (tmp_path / "loop").symlink_to(tmp_path, target_is_directory=True)
    os.mkfifo(tmp_path / "pipe.txt")
    with (tmp_path / "huge.txt").open("wb") as huge:
        huge.truncate(MAX_TEXT_BYTES + 1)
    seeds = read_documents([tmp_path])
    assert [citation.document for citation in seeds.citations] == ["b.md", "sub/good.txt"]
    assert [one.document for one in seeds.unreadable] == [
        "blank.txt", "empty.txt", "gone.txt", "huge.txt", "latin.txt", "old.doc", "pipe.txt", "zero.txt",
    ]  # fmt: skip
    assert all(one.why and "\n" not in one.why for one in seeds.unreadable)
    why = {one.document: (one.why, one.why_zh) for one in seeds.unreadable}
    assert all(re.search("[一-鿿]", zh) for _, zh in why.values()), "a Chinese editor would read English"
    assert "请另存为 UTF-8 编码" in why["latin.txt"][1]
    assert "(.doc) are not read; save it as .docx" in why["old.doc"][0]
    assert "请另存为 .docx" in why["old.doc"][1]


@pytest.mark.parametrize("charset", ["gb18030", "gbk", "big5", "utf-16", "utf-8", "utf-8-sig"])
def test_a_text_in_a_charset_of_the_region_is_read(charset: str, tmp_path: Path) -> None:
    words = (
        "花園最新進展：園丁的記錄簿已經公開，請見 https://example.org/a。"
        if charset == "big5"
        else ("花园最新进展：园丁的记录簿已经公开，请见 https://example.org/a。")
    )
    (tmp_path / "a.txt").write_bytes(words.encode(charset))
    (citation,) = read_documents([tmp_path]).citations
    assert citation.uri == "https://example.org/a"
    assert words[citation.start : citation.end] == citation.printed
    assert citation.context.startswith(words[:4]), "an editor would read garbled words"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("Förderung für Straßen".encode("latin-1"), "is no text in UTF-8 (byte 1)"),
        (b"\xff\xfe\xfd" * 9, "is no text in UTF-8 (byte 0)"),
        (b"abc\x80", "is no text in UTF-8 (byte 3)"),
    ],
)
def test_other_bytes_are_refused_with_their_place(content: bytes, said: str, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(content)
    assert said in read_documents([tmp_path]).unreadable[0].why


def test_a_file_name_can_not_write_to_the_terminal(tmp_path: Path) -> None:
    name = "a\x1b[2J\nwang@example.com\u202e"
    (tmp_path / f"{name}.doc").write_bytes(b"x")
    (tmp_path / f"{name}.txt").write_text("https://example.org/", "utf-8")
    seeds = read_documents([tmp_path])
    with pytest.raises(UsageError) as missing:
        read_documents([tmp_path / f"{name}.md"])
    told_names = [seeds.unreadable[0].document, explain(seeds.citations[0]).split("\n")[0], str(missing.value)]
    for shown in told_names:
        assert not re.search("[\x00-\x1f\u202e]|wang@", shown), "a file's name would write to the editor's terminal"
        assert "\\x1b[2J" in shown
    assert "wang@" not in seeds.documents[0].path, "a reader's address would be stored with the document's name"


def test_a_named_path_that_is_missing_is_the_callers_mistake(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no such file"):
        read_documents([tmp_path, tmp_path / "missing.txt"])


def test_nothing_readable_is_for_the_caller_to_see(tmp_path: Path) -> None:
    assert read_documents([tmp_path]).documents == ()


def test_an_id_survives_renaming_and_corrections_elsewhere(tmp_path: Path) -> None:
    first = tmp_path / "first.txt"
    first.write_text("标题\n\n正文，见下。\n\nhttps://example.org/a\nhttps://example.org/b\n", "utf-8")
    before = read_documents([first])
    document = before.documents[0]
    renamed = first.rename(tmp_path / "renamed.txt")
    after = read_documents([renamed], KnownNames(by_digest={document.sha256: (document.name,)}))
    assert [one.id for one in after.citations] == [one.id for one in before.citations], "history would start anew"
    assert after.documents[0].path == "renamed.txt"
    first.write_text("新的标题\n\n另一段正文，见下。\n\nhttps://example.org/new\nhttps://example.org/b\n", "utf-8")
    corrected = {one.uri: one.id for one in read_documents([first]).citations}
    assert corrected["https://example.org/b"] == before.citations[1].id


def test_the_recipe_of_an_id() -> None:
    recipe = hashlib.sha256(b"sub/issue\0https://example.org/\0002").hexdigest()[:12]
    assert citation_id("sub/issue", "https://example.org/", 2) == recipe


def test_the_same_bytes_are_one_document_and_no_two_citations_share_an_id(tmp_path: Path) -> None:
    for name in ["a/issue.txt", "b/issue.txt", "c/issue.txt"]:
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).write_text("https://example.org/\n" + "www.example.org\n" * (name[0] == "c"), "utf-8")
    seeds = read_documents([tmp_path / "a", tmp_path / "b", tmp_path / "c", tmp_path / "a" / "issue.txt"])
    assert len(seeds.documents) == 2
    assert len({one.id for one in seeds.citations}) == len(seeds.citations) == 3


def test_a_markdown_file_and_a_text_file_in_utf8_with_a_mark(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"\xef\xbb\xbfhttps://example.org/a\r\nhttps://example.org/a\r\n")
    citation = read_documents([tmp_path]).citations[0]
    assert (citation.start, citation.lines, citation.fragments) == (0, (1, 2), 2)
    assert set(READERS) >= {".txt", ".md"}


TRACKER = f"https://un.mdrtor.com/track/link/key/1/signature/{SIGNATURE}/userid/{USER}"
HALVES = f"https://un.mdrtor.com/track/link/key/1/signature/{SIGNATURE[:10]}\n{SIGNATURE[10:]}/userid/{USER[:12]}\n{USER[12:]}"


@pytest.mark.parametrize("ending", [".txt", ".md"])
@pytest.mark.parametrize(
    "text",
    [
        f"编号{USER}最新进展\n\n见{TRACKER}\n\n另见https://example.org/a\n",
        f"# 给 {USER.upper()} 与 wang@example.com\n\n* [{SIGNATURE} 与 wang@example.com]({TRACKER})\n* 见 https://example.org/\n",
        f"见{HALVES}\n\n另见https://example.org/a\n",
        f"{HALVES} 见https://example.org/a，下文很长\n",
        f"标题\n\n正文见下，很长很长很长。\n\n{HALVES}\nhttps://example.org/a\n",
        f"{'长' * 150}{USER}见https://example.org/a{'长' * 100} {USER}\n\n{TRACKER}\n",
        f"- <https://example.org/a>\n  - ? 给{USER} — {USER}\n  - ? 乙\n- <{TRACKER}>\n",
        f"https://example.us1.list-manage.com/profile?u=1&id=2&e={USER}\n\n标题{USER}\n\nhttps://example.org/a\n",
        f"see https://news.example.org/t/key/1/signature/{SIGNATURE}\n/userid/{USER} more\n",
        f"see https://news.example.org/t/key/1/signature/{SIGNATURE[:10]}\n{SIGNATURE[10:]}/userid/{USER} more\n",
        f"https://example.org/report?utm_source=hs&_hsenc=p2ANqtz-\n9Kx7aa{USER}\n",
        f"> see https://un.mdrtor.com/track/link/key/1/signature/{SIGNATURE[:10]}\n> {SIGNATURE[10:]}/userid/{USER}\n",
        f"{TRACKER} and https://x.example.org/{SIGNATURE}/page\n",
        f"https://a.example.org/#/signature/{SIGNATURE}/userid/{USER} text\n",
        f"https://a.example.org/userid/{USER} text\n",
        "https://a.example.org/u/wang%40example.com/x text https://a.example.org/y#:~:text=wang%40example.com\n",
    ],
)
def test_a_recipient_stands_nowhere_in_what_is_kept(text: str, ending: str, tmp_path: Path) -> None:
    (tmp_path / f"a{ending}").write_text(text, "utf-8")
    citations = read_documents([tmp_path]).citations
    assert citations
    shown = "".join(json.dumps(citation_json(one)) + explain(one) + repr(one) for one in citations)
    shown = (shown + document_table(Seeds(citations=tuple(citations), documents=(DOCUMENT,)))).lower()
    for secret in (SIGNATURE, SIGNATURE[10:], USER, USER[:12], USER[12:], "wang@"):
        assert secret not in shown, "a recipient could be read from the report"


def test_words_beside_a_tracker_stay(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(f"decade newsletter2024见{TRACKER}\nnewsletter2024 decades and more\n", "utf-8")
    context = read_documents([tmp_path]).citations[0].context
    assert context.count("newsletter2024") == 2, "the editor would not find the place in the document"
    assert "decades and more" in context


CONTRACT = (
    "id document sha256 ordinal fragments page lines start end printed anchor context kind uri urlkey"
    " section item item_candidates flags defect"
)


def test_the_json_has_the_contracts_fields_in_order() -> None:
    names = list(citation_json(read_documents([SAMPLES / "urls.txt"]).citations[0]))
    assert names[:20] == CONTRACT.split()


def test_the_table_fits_eighty_columns() -> None:
    table = "\n".join(map(document_table, each_document([SAMPLES, LISTS])))
    widths = [sum(2 if unicodedata.east_asian_width(one) in "WF" else 1 for one in line) for line in table.splitlines()]
    assert max(widths) <= 80, "a terminal would break the rows"
    assert "园丁记录簿" in table


def test_the_table_says_plainly_what_is_open(tmp_path: Path) -> None:
    path = tmp_path / "issue-2025-06.txt"
    path.write_text((SAMPLES / "bulletin.txt").read_text("utf-8") + "\n见https://example.org/a的网站。\n", "utf-8")
    table = document_table(next(each_document([path])))
    assert "issued 2025-06, by its name" in table
    assert "? one of 2, see below" in table
    below = table[table.index("Which item is meant is open") :]
    assert "    - 秋天的菜园怎样准备过冬\n    - 池塘里的鱼群数量调查" in below, (
        "an editor would not learn what is meant"
    )
    assert "where it ends is uncertain" in below
    assert "a tracking link (mdrtor), target unknown" in below


def test_every_reason_and_every_flag_has_its_words() -> None:
    sources = "".join(path.read_text("utf-8") for path in (HERE.parent / "crawler" / "seeds").rglob("*.py"))
    given = set(re.findall(r'ItemCandidate\([^()"]*(?:\([^()]*\))?[^()"]*, "([a-z-]+)"\)', sources))
    assert {"heading-above", "list-entry"} <= given <= set(WHY), "an editor would be shown a program's word"
    assert set(FLAGS) == set(Flag) > set(UNCERTAIN)


def test_the_explanation_says_why() -> None:
    citations = read_documents([SAMPLES / "bulletin.txt"]).citations
    assert "the only title on its page" in explain(citations[0])
    assert "not decided" in explain(citations[1])
    assert "tracking link (mdrtor)" in explain(citations[1])
    assert "jsessionid" in explain(citations[4])
    assert place_of(citations[0]) == "page 1, lines 10, 11"
    assert place_of(citations[4]) == "page 3, line 56, column 1"


@pytest.mark.parametrize(
    ("uri", "kind"),
    [
        ("https://example.org/a.PDF?x=1", Kind.FILE),
        ("https://example.org/a.pdf.jpg", Kind.IMAGE),
        ("https://example.org/a.pdf/view", Kind.PAGE),
        ("https://example.org/", Kind.PAGE),
        ("https://pdf/", Kind.PAGE),
    ],
)
def test_the_kind_is_told_by_the_paths_extension(uri: str, kind: Kind) -> None:
    assert kind_of(uri) is kind


@pytest.mark.parametrize(
    "line", ["2024年5月", "第3期（2024年5月）", "May 2024", "2024年5月 总第12期", "日期：2024-05-06"]
)
def test_a_line_that_only_dates_the_issue_is_no_title(line: str) -> None:
    text = f"{line}\n\n新的渡口\n\n正文第一段在这里，渡口的事情说来话长，先说到这里。\n\nhttps://example.org/1\n"
    assert [[one.item for one in mention.candidates] for mention in read_text(text)] == [["新的渡口"]]


@pytest.mark.parametrize("line", ["2024年5月的渡口", "渡口通讯社开业"])
def test_a_title_that_names_a_month_or_a_newsletter_is_one(line: str) -> None:
    text = f"{line}\n\n正文第一段在这里，渡口的事情说来话长，先说到这里。\n\nhttps://example.org/1\n"
    assert [[one.item for one in mention.candidates] for mention in read_text(text)] == [[line]]


A = "https://e.org/a"
MARKDOWN = [
    # name, text, (what its place shows, anchor, section, items)
    ("anchor", f'<a href="{A}?b&amp;c">渡口 &amp; 船</a>', (f"{A}?b&amp;c", "渡口 & 船", None, ["渡口 & 船"])),
    ("anchor in a block", f"<div>\n<a class=x href='{A}'>渡<b>口</b></a>\n</div>", (A, "渡口", None, ["渡口"])),
    ("anchor without end", f'x <a href="{A}">渡口', (A, "渡口", None, ["渡口"])),
    ("row", f"|标题|链接|\n|-|-|\n|渡口|{A}|", (A, None, None, ["渡口"])),
    ("linked cell", f"|标题|链接|栏目|\n|-|-|-|\n|渡口|[下载]({A})|航运|", (A, "下载", "航运", ["渡口"])),
    ("linked title", f"|标题|年|\n|-|-|\n|[渡口]({A})|2026|", (A, "渡口", None, ["渡口"])),
    ("other header", f"|甲乙|丙丁|\n|-|-|\n|渡口|<{A}>|", (A, A, None, ["渡口"])),
    ("escapes", f"- 渡口 {A}\\_b", (f"{A}\\_b", None, None, ["渡口"])),
    ("code", f"`{A}\\_b`", (f"{A}\\_b", None, None, [])),
    ("reference", f"[渡口][1]\n\n[1]: {A}", (A, "渡口", None, ["渡口"])),
]


@pytest.mark.parametrize(("text", "told_of"), [row[1:] for row in MARKDOWN], ids=[row[0] for row in MARKDOWN])
def test_a_link_in_markdown_has_its_place_words_and_item(text: str, told_of: tuple[str, str, str, list[str]]) -> None:
    (mention,) = read_markdown(text)
    found = (text[mention.start : mention.end], mention.anchor, mention.section)
    assert (*found, [one.item for one in mention.candidates]) == told_of, "an editor would not find the link again"


_marks = ["[", "](", ")", "<a href='", "'>", "</a>", "`", "|", "|-|-|", "\n", "- ", "&amp;", "\\_", "<", ">", "!", "词"]


@given(st.lists(st.sampled_from([*_marks, *_urls]), max_size=30).map("".join))
def test_any_markdown_is_read_with_places_inside_it(text: str) -> None:
    for mention in read_markdown(text):
        assert 0 <= mention.start <= mention.end <= len(text)
        assert text.count("\n", 0, mention.start) + 1 == mention.lines[0] or "\r" in text
