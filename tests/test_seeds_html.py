"""HTML documents → mentions: sample pages, charsets, hrefs, looks, the reader's own links, and hostile markup."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.model import Flag
from crawler.seeds.html.hrefs import read_href
from crawler.seeds.html.markup import MAX_LINKS
from crawler.seeds.html.read import html_text, read_html
from crawler.seeds.mention import Mention
from crawler.seeds.reading import Reading, Why
from crawler.seeds.text.charset import decode_html, decode_text
from tests.told import DOCUMENTS, cited, hold, hold_offsets, read, shown, table

SIGNATURE = "00112233445566778899aabbccddeeff"
USER = "ffeeddccbbaa99887766554433221100"
TRACKER = f"https://un.mdrtor.com/track/link/key/1/signature/{SIGNATURE}/userid/{USER}"
SAMPLES = sorted((DOCUMENTS / "html").glob("*.html"))


def mentions(markup: str) -> list[Mention]:
    return list(read(read_html, markup.encode()).mentions)


def urls(markup: str) -> list[str]:
    return [mention.url for mention in mentions(markup)]


@pytest.mark.parametrize("case", table("seeds_html.toml"), ids=lambda case: case["name"])
def test_a_sample_page_gives_its_citations(case: dict[str, Any]) -> None:
    hold(read_html, "html", case)


def test_every_sample_has_its_table() -> None:
    assert [path.name for path in SAMPLES] == sorted(case["name"] for case in table("seeds_html.toml"))


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.name)
def test_offsets_point_at_what_a_reader_sees(path: Any) -> None:
    content = path.read_bytes()
    hold_offsets(read(read_html, content), html_text(content))


WORDS = "园林简报：月季园本周开放，欢迎各位朋友参观。"
CHARSETS = [
    (WORDS.encode(), "", WORDS),
    (b"\xef\xbb\xbf" + WORDS.encode(), "gb2312", WORDS),
    (WORDS.encode("gb18030"), "", WORDS),
    (WORDS.encode("gb18030"), "gb2312", WORDS),
    (WORDS.encode("gb18030"), "utf-8", WORDS),
    (WORDS.encode("gb18030"), "iso-8859-1", WORDS),
    (WORDS.encode("gb18030"), "no-such-charset", WORDS),
    (WORDS.encode("gb18030")[:-1], "", WORDS[:-1] + "\ufffd"),
    (WORDS.encode(), "us-ascii", WORDS),
    (WORDS.encode(), "gbk", WORDS),
    (WORDS.encode() + b"\xff", "", WORDS + "\ufffd"),
    (WORDS.encode("utf-16"), "", WORDS),
    (WORDS.encode("utf-16-le"), "utf-16", WORDS),
    ("a,b,c\n1,2,3".encode("utf-16-le"), "", "a,b,c\n1,2,3"),
    ("a,b,c\n1,2,3".encode("utf-16-be"), "", "a,b,c\n1,2,3"),
    ("植物園的春季花展開放報名".encode("big5"), "", "植物園的春季花展開放報名"),
    ("植物園".encode("big5"), "big5", "植物園"),
    ("しょくぶつえん".encode("iso-2022-jp"), "iso-2022-jp", "しょくぶつえん"),
    ("식물원".encode("euc-kr"), "euc-kr", "식물원"),
    ("Förderung für Straßen".encode("latin-1"), "", "Förderung für Straßen"),
    ("Förderung für Straßen".encode("latin-1"), "utf-7", "Förderung für Straßen"),
    (b"", "utf-8", ""),
]


@pytest.mark.parametrize(("content", "label", "text"), CHARSETS)
def test_bytes_are_read_in_the_charset_they_are_in(content: bytes, label: str, text: str) -> None:
    assert decode_text(content, label) == text, "an editor would read garbled words"


def test_a_page_says_its_own_charset_and_may_be_wrong() -> None:
    page = '<meta charset="{}"><p>' + WORDS
    assert WORDS in decode_html(page.format("gbk").encode("gbk"))
    assert WORDS in decode_html(page.format("gbk").encode("utf-8"))
    assert WORDS in decode_html(page.format("utf-8").encode("gbk"))


BASE = "https://www.garden.example/a/b.html"
HREFS = [
    ("https://example.org/a", None, "https://example.org/a"),
    (" \n https://example.org/\ta\r\n/b \x00", None, "https://example.org/a/b"),
    ("//example.org/a", None, "//example.org/a"),
    ("//example.org/a", BASE, "https://example.org/a"),
    ("www.example.org/a", BASE, "www.example.org/a"),
    ("example.org/a", None, "example.org/a"),
    ("example.org:8080/a", None, "example.org:8080/a"),
    ("http:example.org", None, "http:example.org"),
    ("wang@example.org", None, "wang@example.org"),
    ("MAILTO:wang@example.org", None, "MAILTO:wang@example.org"),
    ("ftp://example.org/", None, "ftp://example.org/"),
    ("c.html", BASE, "https://www.garden.example/a/c.html"),
    ("../c.pdf?x=1", BASE, "https://www.garden.example/c.pdf?x=1"),
    ("c.html", None, None),
    ("/c/d", None, None),
    ("?page=2", None, None),
    ("", BASE, None),
    ("#top", BASE, None),
    ("JavaScript:open()", BASE, None),
    ("java\nscript:open()", None, None),
    ("data:text/html,x", None, None),
    ("cid:logo@garden", None, None),
    ("file:///C:/a.doc", None, None),
    ("x-apple-data-detectors://0", None, None),
]


@pytest.mark.parametrize(("href", "base", "url"), HREFS)
def test_an_href_is_a_citation_or_none(href: str, base: str | None, url: str | None) -> None:
    assert read_href(href, base) == url


OWN = [
    ("退订", "https://t.example.org/x/1"),
    ("请点击此处退订本邮件", "https://t.example.org/x/1"),
    ("取消订阅", "https://t.example.org/x/1"),
    ("Click here to unsubscribe", "https://t.example.org/x/1"),
    ("unsubscribe from this list", "https://t.example.org/x/1"),
    ("Update your preferences", "https://t.example.org/x/1"),
    ("管理您的订阅偏好", "https://t.example.org/x/1"),
    ("在浏览器中查看此邮件", "https://t.example.org/x/1"),
    ("View this email in your browser", "https://t.example.org/x/1"),
    ("View this email online", "https://t.example.org/x/1"),
    ("x", "https://t.example.org/manage-subscriptions/AbCdEf0123"),
    ("x", "https://t.example.org/webversion?id=aabbccddee"),
    ("x", "https://t.example.org/unsubscribe/u/12"),
    ("设置", "https://t.example.org/email-preferences/aabbccddee"),
    ("x", "https://t.example.org/unsubscribe/aabbccddee"),
    ("x", "https://t.example.org/u.php/opt-out?u=1"),
    ("x", "https://unsub.example.org/aabb"),
    ("x", "https://example.us1.list-manage.com/profile?u=00112233445566778899aabb&amp;id=0&amp;e=aabbccddee"),
    ("x", "mailto:leave@example.org?subject=unsubscribe"),
    ("<img alt='退订'>", "https://t.example.org/x/1"),
]
CITED = [
    ("退订垃圾短信的五个办法", "https://news.example.org/1"),
    ("How to unsubscribe from everything at once and why it matters to you", "https://news.example.org/1"),
    ("订阅本刊", "https://news.example.org/subscribe"),
    ("用户偏好研究", "https://news.example.org/preferences-study"),
    ("x", "https://news.example.org/unsubscribe-from-spam"),
    ("浏览器大战", "https://news.example.org/browser"),
    ("这里", "https://news.example.org/1"),
    ("在线阅读", "https://news.example.org/1"),
    ("View online", "https://news.example.org/1"),
    ("网页版", "https://news.example.org/1"),
    ("研究", "https://news.example.org/manage-subscriptions"),
    ("x", "https://news.example.org/webversion"),
    ("报告", "https://news.example.org/newsletter-settings/report.pdf?v=2"),
    ("x", "https://news.example.org/opt-out/annual-report-2025"),
]


@pytest.mark.parametrize(("words", "url"), OWN)
def test_a_readers_own_link_is_counted_and_never_cited(words: str, url: str) -> None:
    reading = read(read_html, f'<p>正文。<a href="{url}">{words}</a>。</p>'.encode())
    assert reading.mentions == (), "opening it could end a subscription"
    assert len(reading.warnings) == (not url.startswith("mailto"))


@pytest.mark.parametrize(("words", "url"), CITED)
def test_an_article_about_leaving_lists_is_cited(words: str, url: str) -> None:
    assert urls(f'<p>正文。<a href="{url}">{words}</a>。</p>') == [url]


_ITEMS = "".join(f"<h2>渡口之{number}</h2><p>渡船的消息，共有几段话。</p>" for number in "一二三四五六七八九")
_VIEW = '<a href="https://t.example.org/1">{}</a>'


@pytest.mark.parametrize(
    ("page", "is_own"),
    [
        ("<p>渡口通讯</p><p>2026年3月 | " + _VIEW.format("在线阅读") + "</p>" + _ITEMS, True),
        (_ITEMS + "<p>" + _VIEW.format("View online") + "</p><p>© 2026 Ferry Board</p>", True),
        (_ITEMS + "<p>" + _VIEW.format("在线查看") + " | 退订</p>", True),
        ("<p>如本页不能正常显示，请" + _VIEW.format("在线阅读") + "</p>" + _ITEMS, True),
        (_ITEMS + "<p>邮件显示有误？" + _VIEW.format("网页版") + "查看邮件</p>" + _ITEMS, True),
        (_ITEMS + "<p>航运局报告发布。" + _VIEW.format("在线阅读") + " | 下载PDF</p>" + _ITEMS, False),
        (_ITEMS + "<p>数据显示乘客增加，" + _VIEW.format("在线阅读") + "</p>" + _ITEMS, False),
        (_ITEMS + "<p>航运局报告。</p><p>" + _VIEW.format("View online") + "</p>", False),
        ("<p>渡口报告</p><p>" + _VIEW.format("在线阅读") + "</p>", False),
    ],
)
def test_words_of_two_uses_are_told_by_where_they_stand(page: str, is_own: bool) -> None:
    assert (urls(page) == []) is is_own, (
        "a report would be lost" if not is_own else "a reader's own copy would be cited"
    )


def test_the_warning_names_the_links_left_out() -> None:
    links = [f"<a href='https://t.example.org/unsubscribe?u={n}'>{n} wang@example.org</a>" for n in "一二三四五六"]
    (why,) = read(read_html, f"<p>{'，'.join(links)}</p>".encode()).warnings
    for told in (why.en, why.zh):
        assert "一 w***@example.org" in told, "an editor could not tell which links are meant"
        assert "五 w***" in told
        assert "六" not in told.replace("6", ""), "the warning would not end"
        assert "…" in told
    assert "wang@" not in why.en + why.zh


def test_a_link_that_only_points_is_told_by_its_sentence() -> None:
    assert urls("<p>如不想再收到，请点击<a href='https://t.example.org/1'>这里</a>。</p>") == []
    assert urls("<p>报告下载请点击<a href='https://t.example.org/1'>这里</a>。</p>") == ["https://t.example.org/1"]
    assert urls("<p>This email was sent to <a href='mailto:r@example.org'>r@example.org</a></p>") == []


OUTLOOK = '<!--[if mso]><v:rect href="{}"><center>{}</center></v:rect><![endif]-->'


@pytest.mark.parametrize(
    ("markup", "found"),
    [
        (OUTLOOK.format("https://a.example/", "看") + '<a href="https://a.example/">看</a>', [None]),
        (OUTLOOK.format("https://t.example/1", "看") + '<a href="https://t.example/2">看</a>', [None]),
        (OUTLOOK.format("https://a.example/", "看") + '<a href="https://b.example/">他</a>', [None, "hidden text"]),
        (OUTLOOK.format("https://a.example/", "看"), ["hidden text"]),
        ('<![if !mso]><a href="https://a.example/">看</a><![endif]>', [None]),
        ('<a href="https://a.example/">a</a><p hidden><a href="https://a.example/">b</a></p>', [None]),
        ('<p style="display : none"><a href="https://a.example/">b</a></p>', ["hidden text"]),
        ('<td style="font-size:0"><a href="https://a.example/"><img src=x></a></td>', [None]),
        ('<a href="https://a.example/"></a>', ["hidden text"]),
        ('<a href="https://a.example/"><table><tr><td>卡</td></tr></table></a>', [None]),
        ("<p hidden>https://a.example/</p>", []),
    ],
)
def test_what_only_some_see_counts_where_nothing_else_does(markup: str, found: list[str | None]) -> None:
    assert [mention.part for mention in mentions(f"<body>{markup}</body>")] == found


def test_a_card_is_one_link_with_its_words() -> None:
    card = mentions('<a href="https://a.example/"><table><tr><td>借书证</td><td>办理</td></tr></table></a><p>别的</p>')
    assert [mention.anchor for mention in card] == ["借书证 办理"]


def test_a_printed_address_ends_where_its_footnote_begins() -> None:
    assert urls("<p>见 https://a.example/x<sup>12</sup></p>") == ["https://a.example/x"]


def test_a_tracker_behind_a_printed_address_is_no_mismatch() -> None:
    flags = [one.flags for one in mentions(f'<a href="{TRACKER}">https://www.garden.example/</a>')]
    assert flags == [()], "nobody knows yet what the tracking link opens"
    assert mentions('<a href="https://b.example/">https://a.example/</a>')[0].flags == (Flag.PRINTED_TARGET_MISMATCH,)


def test_bold_is_no_heading_where_all_is_bold_and_buttons_never_are() -> None:
    body = "<p>正文很长，没有什么可说的地方，所以很长很长。</p>"
    link = '<p>见<a href="https://a.example/">公告</a>。</p>'
    assert mentions(f"<p><b>月季开放</b></p>{body}{link}")[0].candidates[0].item == "月季开放"
    assert mentions(f"<b><p>月季开放</p>{body}{link}</b>")[0].candidates[0].item != "月季开放"
    button = '<p style="font-size:20px"><a href="https://b.example/">阅读全文</a></p>'
    assert mentions(f"<p><b>月季开放</b></p>{body}{button}{link}")[-1].candidates[0].item == "月季开放"


LINK = b'<a href="https://last.example/">z</a>'
HOSTILE = {
    "nested": b"<div>" * 100_000 + LINK,
    "styled": b'<b style="font-size:2em">' * 20_000 + LINK,
    "attribute": b'<a href="https://long.example/' + b"x" * 1_000_000 + b'">q</a>' + LINK,
    "picture": b'<a href="https://long.example/"><img alt="' + b"x " * 500_000 + b'"></a>' + LINK,
    "style": b'<p style="' + b"font-size:" * 100_000 + b'">' + LINK,
    "angles": b"<" * 300_000 + b"<p>" + LINK,
    "zeros": b"\0<p>a\0b" * 1000 + LINK,
    "bytes": bytes(range(256)) * 400 + b"\"'><p>" + LINK,
    "comments": b"<!--[if mso]><a href=x>" * 5000 + b"-->" + LINK,
    "entities": b"<p>&a;&#99999999;&#xD800;&#0;" * 5000 + LINK,
    "headings": b"<h2>" * 20_000 + LINK,
    "tables": b'<a href="https://t.example/"><table>' * 500 + b"</table>" + LINK,
    "white space": b"<p>" + b" \r\n" * 500_000 + LINK,
    "breaks": b"<br>" * 100_000 + LINK,
    "unclosed": b"<p><![CDATA[ <b><i></p></b></i></table></td>" + LINK,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_markup_loses_no_link(name: str) -> None:
    found = read(read_html, HOSTILE[name]).mentions
    assert "https://last.example/" in [one.url for one in found], "an editor would never learn of it"
    assert all(len(one.context) < 2000 and len(one.anchor or "") < 2000 for one in found)


def test_more_links_than_any_briefing_has_are_cut_and_said() -> None:
    reading = read(read_html, b"<p hidden>" + b"<a href=https://a.example/>x</a>" * (MAX_LINKS + 1))
    assert len(reading.warnings) == 1
    assert str(MAX_LINKS) in reading.warnings[0].en
    assert str(MAX_LINKS) in reading.warnings[0].zh


@pytest.mark.parametrize("content", [b"", b"   ", b"plain words https://a.example/", "简报".encode("utf-16")])
def test_what_holds_no_markup_is_said(content: bytes) -> None:
    assert isinstance(read_html(content), Why)


@pytest.mark.parametrize(
    ("meta", "dated"),
    [
        ('<meta property="article:published_time" content="2026-03-05T23:59:00+08:00">', "2026-03-05"),
        ('<meta name="date" content="x"><meta name="PubDate" content="2026/3/5 10:00">', "2026-03-05"),
        ('<meta name="DCTERMS.issued" content="2026-03-05"><meta name="date" content="2020-01-01">', "2026-03-05"),
        ('<meta name="date" content="2026-13-05">', None),
        ('<time datetime="2026-03-05">三月</time>', "2026-03-05"),
        (f'<p>{"长" * 3000}</p><time datetime="2026-03-05">', None),
        ('<meta name="date" content="2026年3月5日">', "2026-03-05"),
    ],
)
def test_a_page_is_dated_by_its_own_metadata(meta: str, dated: str | None) -> None:
    assert read(read_html, f"<head>{meta}</head>".encode()).dated == dated


OUTLOOK_ONLY = "<!--[if mso]><v:rect href='https://o.example/'>x</v:rect><![endif]-->"
TAGS = [
    "</a>",
    "<p>",
    "</p>",
    "<table>",
    "<td>",
    "</table>",
    "<h2>",
    "</h2>",
    "<b>",
    "<br>",
    "<sup>",
    "</div>",
    "<pre>",
]
TAGS += ["<!--", "-->", "<script>", "</script>", "<"]
LINKS = [
    f'<a href="{TRACKER}">',
    "<a href='rel'>",
    "<area href='https://m.example/'>",
    "<base href='https://base.example/'>",
]
TEXT = ["花园最新进展", "标题", "正文，很长。", f"编号{USER}", "见https://p.example/a。", "wang@example.com", SIGNATURE]
ODD = [" ", "\n", "&amp;", "&#10;", "\0", "\u200b", "　", "<div hidden>", "<img alt='图'>", OUTLOOK_ONLY]
PIECES = st.sampled_from(TAGS + LINKS + TEXT + ODD)


@given(st.lists(PIECES, max_size=40))
def test_any_markup_is_read_with_true_offsets_and_without_recipients(pieces: list[str]) -> None:
    content = ("<p>" + "".join(pieces)).encode()
    reading = read(read_html, content)
    hold_offsets(reading, html_text(content))
    assert len({one.id for one in cited(reading)}) == len(reading.mentions)
    told = shown(reading)
    assert not [secret for secret in (SIGNATURE, USER, "wang@") if secret in told and TRACKER in "".join(pieces)]
    assert "wang@" not in told


def test_a_reading_is_the_same_every_time() -> None:
    content = (DOCUMENTS / "html" / "newsletter.html").read_bytes()
    assert isinstance(read_html(content), Reading)
    assert read_html(content) == read_html(content)


def test_the_head_of_a_column_titles_no_row() -> None:
    row = "<tr><td>红楼梦</td><td><a href='https://example.org/1'>阅读</a></td></tr>"
    page = f"<h1>书单</h1><table><tr><th>书名</th><th>链接</th></tr>{row}</table><p>正文很长，字号平常。</p>"
    reading = read_html(page.encode())
    assert isinstance(reading, Reading)
    assert "链接" not in [one.item for one in reading.mentions[0].candidates], "every book would be called a link"
