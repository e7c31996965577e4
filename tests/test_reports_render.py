"""The rendered reports: words for everything, the contract's JSON, and pages that nothing hostile gets out of."""

from __future__ import annotations

import base64
import hashlib
import itertools
import json
import re
from dataclasses import replace
from importlib.resources import files
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import html

from crawler.model import Copy, DateSource, Evidence, Flag, Group, Issued, Kind, Outcome, TextClass, Verdict, Via
from crawler.reports.health import HealthReport
from crawler.reports.page import policy
from crawler.reports.render_html import render_html, render_pages
from crawler.reports.render_json import render_json
from crawler.reports.rows import Offer, Tone
from crawler.reports.visible import is_web, show
from crawler.reports.words import CATALOG, LANGUAGES, say, tell_date, tell_issue, tell_part
from tests.test_reports_health import (
    HOSTILE,
    NOW,
    WEATHER,
    citation,
    full_report,
    invalid_report,
    night_of_36,
    report_of,
    row,
    rows_of_all_groups,
    silent_report,
)

STYLE = files("crawler.reports").joinpath("report.css").read_text("utf-8")
REPORTS = {
    "full": full_report(),
    "36": night_of_36(),
    "invalid": invalid_report(),
    "empty": report_of([]),
    "silent": silent_report(),
}
PAGES = [(name, language) for name in REPORTS for language in LANGUAGES]


# ---------------------------------------------------------------- words


def test_every_message_is_there_in_both_languages() -> None:
    for section, messages in CATALOG.items():
        for name, words in messages.items():
            assert set(words) == set(LANGUAGES), f"{section}.{name} lacks a language"
            assert all(text.strip() for text in words.values()), f"{section}.{name} is empty"
            figures = [sorted(re.findall(r"\{(\w+)\}", text)) for text in words.values()]
            assert figures[0] == figures[1], f"{section}.{name} tells other figures in the other language"


@pytest.mark.parametrize(
    ("section", "ids"),
    [
        ("verdict", Verdict),
        ("verdict_advice", Verdict),
        ("outcome", Outcome),
        ("outcome_advice", Outcome),
        ("group", Group),
        ("group_advice", Group),
        ("via", Via),
        ("flag", Flag),
        ("tone", Tone),
        ("change", TextClass),
    ],
)
def test_every_id_has_words(section: str, ids: Any) -> None:
    assert set(CATALOG[section]) == set(ids), f"[{section}] and the vocabulary have come apart"


def test_chinese_words_are_chinese() -> None:
    for section, messages in CATALOG.items():
        for name, words in messages.items():
            if section != "ui" or name not in ("other_language",):
                assert re.search(r"[\u4e00-\u9fff]", words["zh"]), f"{section}.{name}"
                assert not re.search(r"[,;:!?] ?[\u4e00-\u9fff]", words["zh"]), (
                    f"{section}.{name}: half-width punctuation"
                )


def test_dates_are_written_as_people_do() -> None:
    zone = REPORTS["full"].zone
    assert tell_date(NOW, "zh", zone) == "2026年1月21日", "18:05 UTC is the next day in Shanghai"
    assert tell_date(NOW, "en", zone) == "21 January 2026"


# ---------------------------------------------------------------- report.json


@pytest.mark.parametrize("name", REPORTS)
def test_json_has_the_fields_of_the_contract(name: str) -> None:
    report = REPORTS[name]
    told = json.loads(render_json(report))
    assert told["schema"] == 1
    assert {"id", "now", "simulated", "valid", "invalid_reason", "unreadable"} <= set(told["night"])
    assert told["night"]["now"] == "2026-01-20T18:05:00Z"
    assert list(told["counts"]) == [str(group) for group in Group]
    assert len(told["citations"]) == len(report.rows)
    for cited in told["citations"]:
        assert {
            *("id", "document", "ordinal", "section", "item", "printed", "uri", "final_uri", "hops", "outcome"),
            *("verdict", "group", "since", "failing_nights", "evidence", "copies"),
        } <= set(cited)
        assert set(cited["evidence"]) == {"rule", "en", "zh"}
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", cited["since"])
    counted = {group: sum(c["group"] == group for c in told["citations"]) for group in told["counts"]}
    assert counted == told["counts"], "the numbers at the head are not those of the rows"


def test_json_of_hops_and_copies() -> None:
    told = json.loads(render_json(REPORTS["full"]))
    by_ordinal = {c["ordinal"]: c for c in told["citations"] if c["document"] == "briefing-07.txt"}
    assert [hop["via"] for hop in by_ordinal[2]["hops"]] == [None, "location"]
    assert by_ordinal[2]["hops"][0] | {"uri": ""} == {"uri": "", "status": 301, "failure": None, "via": None}
    assert by_ordinal[4]["hops"][0]["failure"] == "timeout"
    copy = by_ordinal[1]["copies"][0]
    assert set(copy) == {"timestamp", "digest", "record_id"}
    assert re.fullmatch(r"\d{17}", copy["timestamp"])
    assert by_ordinal[1]["previous_verdict"] == "suspect"
    assert by_ordinal[12]["printed"] == "w***@example.org"
    assert len(by_ordinal[4]["item_candidates"]) == 2


def test_json_of_an_invalid_night_says_why() -> None:
    night = json.loads(render_json(REPORTS["invalid"]))["night"]
    assert night["valid"] is False
    assert night["invalid_reason"]["rule"] == "run-no-answer"


def test_json_survives_any_text() -> None:
    text = render_json(REPORTS["full"])
    text.encode("utf-8")
    assert any(c["item"] == HOSTILE for c in json.loads(text)["citations"])


# ---------------------------------------------------------------- pages


def crowded_report() -> HealthReport:
    """A night with all that a page can show: copies near and far, other places, long titles, a sick archive."""
    dead, *others = rows_of_all_groups()
    held = dead.copies[0]
    issued = Issued("2024-11", DateSource.TEXT)
    late = Copy(held, Evidence("nearest", "The good copy nearest the issue date.", "距出刊日期最近的正常存档。"), 430)
    cited = replace(dead, copy=late, copy_href="../copies/0a0a.html", citation=replace(dead.citation, issued=issued))
    again = replace(
        dead,
        citation=replace(
            dead.citation, id="a" * 12, document="briefing-06.txt", issued=Issued("2024-05-02", issued.source)
        ),
        changed_since_last_night=False,
    )
    long = citation(40, "https://www.example.org/" + "x" * 10_000, item="超长标题" * 2500, context="原文" * 5000)
    broken = citation(41, "https://www.unep.org/100%2525", item=HOSTILE)
    offer = Offer(
        "https://www.unep.org/100%25", Evidence("decoded", "Decoded once it answers.", "解码一次后可以打开。")
    )
    rows = [
        *(cited, *others, again),
        row(long, Outcome.OK, Verdict.OK, Group.FINE),
        row(broken, Outcome.NOT_FOUND, Verdict.DEAD, Group.NEEDS_YOU, 4, "oo4444", offer=offer),
    ]
    problem = Evidence("copies", "2 records do not hold what their digest says.", "2 条记录与其摘要不符。")
    return report_of(rows, weather=[WEATHER], archive_problems=[problem], copies_url="https://evercite.example")


REPORTS["crowded"] = crowded_report()
PAGES += [("crowded", language) for language in LANGUAGES]
MOVED = "https://www.example.org/library/final"


def moved_report(**more: object) -> HealthReport:
    moved = row(
        citation(1, "https://www.example.org/report", context=""),
        Outcome.OK_MOVED,
        Verdict.OK_MOVED,
        Group.NEEDS_YOU,
        final_uri=MOVED,
        evidence=Evidence(
            "moved-permanently", f"Moved permanently (301) to {MOVED}.", f"已永久迁移（301）到 {MOVED}。"
        ),
    )
    said = Evidence("ok-moved", f"Moved permanently to {MOVED}.", f"已永久迁移到 {MOVED}。")
    return report_of([replace(moved, standing=replace(moved.standing, evidence=said), **more)])  # type: ignore[arg-type]


def page(report: HealthReport, language: str) -> html.HtmlElement:
    return html.document_fromstring(render_html(report, language))


@pytest.mark.parametrize(("name", "language"), PAGES)
def test_a_page_stands_alone(name: str, language: str) -> None:
    text = render_html(REPORTS[name], language)
    text.encode("utf-8")
    tree = html.document_fromstring(text)
    assert not tree.xpath(
        "//script[@src]|//iframe|//object|//embed|//form|//base|//img|//*[@style]|//@*[starts-with(name(),'on')]"
    )
    assert not tree.xpath("//link[not(@href='data:,')]"), "the page would load something"
    assert "@import" not in text
    assert "url(" not in text
    for href in tree.xpath("//a/@href"):
        assert href.startswith(("#", "index.", "../index.html", "paste.", "../copies/", "http://", "https://")), (
            f"{href!r} became a link"
        )
    ids = tree.xpath("//@id")
    assert len(set(ids)) == len(ids), "two rows of one id: a link leads to the wrong one"
    for anchor in tree.xpath("//a/@href[starts-with(.,'#')]"):
        assert anchor[1:] in ids, f"{anchor} leads nowhere"
    assert tree.get("lang") == ("zh-Hans" if language == "zh" else "en")


@pytest.mark.parametrize(("name", "language"), PAGES)
def test_the_policy_names_the_style_that_is_there(name: str, language: str) -> None:
    tree = page(REPORTS[name], language)
    style = tree.xpath("string(//style)")
    told = tree.xpath("string(//meta[@http-equiv='Content-Security-Policy']/@content)")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"style-src 'sha256-{digest}'" in told, "browsers would show the report without its style"
    assert told.startswith("default-src 'none'; ")
    [script] = tree.xpath("//script/text()")
    assert told == policy(style, script), "browsers would refuse the report its own filters"
    assert f"script-src 'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'" in told


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_page_shows_every_row_under_its_group(language: str) -> None:
    report = REPORTS["full"]
    tree = page(report, language)
    assert len(tree.xpath("//article")) == len(report.rows)
    for group in Group:
        [section] = tree.xpath(f"//section[@aria-labelledby='g-{group}']")
        assert section.xpath("string(.//h2/span)") == str(report.counts[group])
        shown = [article.get("id")[2:] for article in section.xpath(".//article")]
        assert shown == [found.citation.id for found in report.of(group)]
    listed = tree.xpath("//section[@aria-labelledby='documents']//li")
    assert len(listed) == len(report.rows)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_row_shows_its_proof(language: str) -> None:
    tree = page(REPORTS["full"], language)
    [dead] = tree.xpath("//article[@id='c-000000000001']")
    text = " ".join(dead.text_content().split())
    assert say("verdict.dead", language) in text.lower()
    assert say("ui.nights", language, n=3) in text
    assert "evercite archive get 000000000001" in text
    assert dead.xpath("string(.//blockquote/mark)") == "https://www.example.org/a", (
        "the citation is not found in its text"
    )
    assert say("verdict_advice.dead", language, copy=say("ui.advise_copy", language)) in text
    assert say("ui.was", language, verdict=say("verdict.suspect", language)) in text
    [drawn] = dead.xpath(".//svg[@role='img']")
    assert drawn.get("viewbox", drawn.get("viewBox")) == "0 0 168 18", "14 nights are 14 cells"
    assert drawn.xpath("string(title)").endswith(f"{say('outcome.not-found', language)}"), "the strip is a mere picture"
    assert drawn.xpath("path/@class") == ["good", "grey", "bad"]
    assert dead.xpath(".//svg[contains(@class,'icon')]"), "colour alone tells the verdict"
    [moved] = tree.xpath("//article[@id='c-000000000002']")
    assert "https://www.example.org/library/report-2025-final" in moved.xpath(".//dd//a/@href")
    [undecided] = tree.xpath("//article[@id='c-000000000004']")
    assert "绿色采购指南" in undecided.text_content()
    assert "塑料公约进展" in undecided.text_content(), "a candidate is withheld"


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_changed_row_shows_what_changed(language: str) -> None:
    [card] = page(REPORTS["full"], language).xpath("//article[@id='c-000000000009']")
    text = " ".join(card.text_content().split())
    assert say("change.minor", language) in text
    assert say("ui.change_missing", language).strip() in text, "cited evidence is gone and nobody says so"
    [fact, added] = [
        (item.findtext("del/bdi"), item.findtext("ins/bdi")) for item in card.xpath(".//ul[@class='facts']/li")
    ]
    assert fact == ("2026年3月14日", "2026年4月30日"), "the moved deadline is not told before and after"
    assert added == (None, "USD 1,200"), "an amount that was not there before is shown as if it had been"
    signs = [b.text_content() for b in card.xpath(".//dl[@class='pair']//b")]
    assert signs == [f"− {say('ui.change_before', language)}"] + 2 * [f"+ {say('ui.change_after', language)}"], (
        "colour alone tells a removal"
    )
    whole = card.xpath(".//details[@class='whole']")[0].text_content()
    assert say("ui.change_folded", language, n=7) in whole
    assert say("ui.change_folded_one", language) in whole
    assert "evercite verdict accept 000000000009" in text


def test_json_tells_a_change() -> None:
    [told] = [row["change"] for row in json.loads(render_json(REPORTS["full"]))["citations"] if row["change"]]
    assert told["facts"][0] == {"kind": "date", "before": "2026年3月14日", "after": "2026年4月30日"}
    assert (told["class"], told["importance"]) == ("minor", 140)
    assert told["cited_missing"] == ["2026年3月14日"]


def test_strangers_text_stays_text() -> None:
    for language in LANGUAGES:
        text = render_html(REPORTS["full"], language)
        assert text.count("<script") == 1, "a title became a script"
        assert "\u202e" not in text, "a bidi control turns the page around"
        assert "\x00" not in text
        assert "[U+202E]" in text
        assert "&lt;script&gt;" in text
        assert 'href="javascript' not in text


def test_a_tracking_link_never_shows_whose_it_is() -> None:
    report = REPORTS["full"]
    for text in (render_json(report), *render_pages(report, "zh").values()):
        assert "SECRET" not in text, "a subscriber's signature stands in the report"


def colours(block: str) -> dict[str, str]:
    return dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{3,6})", block))


def luminance(colour: str) -> float:
    """Relative luminance (WCAG 2.2) of `#rgb` or `#rrggbb`."""
    digits = colour[1:] if len(colour) == 7 else "".join(2 * digit for digit in colour[1:])
    channels = [int(digits[n : n + 2], 16) / 255 for n in (0, 2, 4)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_contrast_in_light_dark_and_print() -> None:
    blocks = re.findall(r":root \{(.*?)\}", STYLE, re.DOTALL)
    assert len(blocks) == 3
    for block in blocks:
        named = colours(block)
        text = ["ink", "soft", "link", *(str(group) for group in Group)]
        for name, ground in itertools.product(text, ("paper", "sheet", "mark")):
            ratio = contrast(named[name], named[ground])
            assert ratio >= 4.5, f"{name} on {ground} is hard to read: {ratio:.2f} (WCAG AA asks 4.5)"
        for name in Tone:
            assert contrast(named[str(name)], named["paper"]) >= 3, f"{name} marks are hard to see"


def test_an_invalid_night_says_that_it_was_us() -> None:
    zh, en = (page(REPORTS["invalid"], language).text_content() for language in LANGUAGES)
    assert "当晚不作判断" in zh
    assert "问题出在我们这边" in zh
    assert "尝试访问的 9 个网站没有一个应答" in zh
    assert "The trouble was on our side" in en
    for language, text in zip(LANGUAGES, (zh, en), strict=True):
        assert say("outcome_advice.dns-nxdomain", language) not in text, "our outage made a healthy domain look lapsed"
        assert "answered: dns-nxdomain" not in text
        assert "的应答：dns-nxdomain" not in text, "the night did not count, yet each row tells it"


def test_a_silent_night_blames_nobody() -> None:
    report = silent_report()
    for language in LANGUAGES:
        text = page(report, language).text_content()
        assert say("ui.few_hosts", language) in text
        assert say("ui.all_checked", language) not in text
        assert say("outcome_advice.dns-nxdomain", language) not in text
    assert json.loads(render_json(report))["night"]["few_hosts"] is True


def test_copies_are_counted_as_what_they_are() -> None:
    [dead] = page(REPORTS["full"], "zh").xpath("//article[@id='c-000000000001']")
    assert "，另有 1 份内容不同的存档" in dead.text_content(), "two captures listed are not two in all"


def test_a_row_without_conclusion_has_no_since() -> None:
    tree = page(REPORTS["full"], "en")
    for n in (12, 14):
        [found] = tree.xpath(f"//article[@id='c-{n:012x}']")
        assert "since " not in found.text_content(), "nothing was concluded that could hold since a night"


def test_a_mail_row_has_one_tag() -> None:
    mail = row(
        citation(1, "w***@example.org", Kind.MAIL, flags=(Flag.PERSONAL, Flag.REDACTED_IN_SOURCE)),
        Outcome.NOT_CRAWLED,
        Verdict.NOT_CRAWLED,
        Group.FINE,
    )
    assert len(page(report_of([mail]), "zh").xpath("//article//*[contains(@class,'flag')]")) == 1


def test_a_moved_row_says_its_address_once_beside_the_cited_one() -> None:
    report = moved_report()
    for language in LANGUAGES:
        [article] = page(report, language).xpath("//article")
        assert article.text_content().count(MOVED) == 1, "the address buries the sentence"
    told = json.loads(render_json(report))["citations"][0]
    assert MOVED in told["verdict_evidence"]["en"], "in JSON a sentence must stand on its own"
    assert MOVED in told["evidence"]["zh"]


def test_a_moved_row_keeps_the_address_that_is_shown_nowhere_else() -> None:
    [article] = page(moved_report(final_uri=None), "en").xpath("//article")
    assert MOVED in article.text_content(), "an editor could not tell where it moved"


def test_a_compact_row_tells_what_is_to_be_done() -> None:
    rows = [
        row(citation(1, "http://h.example/1"), Outcome.OK_HTTPS, Verdict.OK_HTTPS, Group.FINE),
        row(citation(2, "https://h.example/2"), Outcome.OK, Verdict.OK, Group.FINE),
        row(citation(3, "https://h.example/3"), Outcome.TIMEOUT, Verdict.HUMAN_OK, Group.HANDLED),
    ]
    notes = [
        " ".join(article.xpath("string(.//p[@class='note'])").split())
        for article in page(report_of(rows), "en").xpath("//article")
    ]
    assert say("verdict_advice.ok-https", "en") in notes[0]
    assert notes[1] == "", "a healthy row needs no words"
    assert "answered: timeout" in notes[2], "a night that failed is folded away"


def test_what_changed_says_what_it_was() -> None:
    [entry] = page(REPORTS["full"], "zh").xpath("//section[@aria-labelledby='changed-since']//li")
    assert "已失效" in entry.text_content()
    assert "此前：疑似失效" in entry.text_content()


def test_pages_link_to_each_other() -> None:
    pages = render_pages(REPORTS["36"], "zh")
    assert set(pages) == {f"{page}.html" for page in ("index", "index.zh", "index.en", "paste.zh", "paste.en")}
    assert 'href="paste.zh.html"' in pages["index.zh.html"], "what can be pasted is beside, and nobody is told"
    assert pages["index.html"] == pages["index.zh.html"]
    assert 'href="index.en.html"' in pages["index.zh.html"]
    assert 'href="index.zh.html"' in pages["index.en.html"]
    assert render_pages(REPORTS["36"], "en")["index.html"] == pages["index.en.html"]


@given(st.text(max_size=60))
def test_any_text_can_be_shown(text: str) -> None:
    shown = show(text)
    shown.encode("utf-8")
    assert not re.search("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", shown)


@given(st.text(max_size=40))
def test_any_title_leaves_the_page_whole(title: str) -> None:
    rows = [row(citation(1, "https://h.example/", item=title, section=title), Outcome.OK, Verdict.OK, Group.FINE)]
    tree = page(report_of(rows), "zh")
    assert len(tree.xpath("//article")) == 1
    assert tree.xpath("//footer"), "a title broke the page off"


@pytest.mark.parametrize(
    ("uri", "web"),
    [
        ("https://www.example.org/a", True),
        ("http://[::1]/", True),
        ("HTTPS://example.org", True),
        ("javascript:alert(1)", False),
        ("data:text/html,x", False),
        ("https://", False),
        ("https://exa mple.org", False),
        ("https://example.org/\u202egpj", False),
        ("www.example.org", False),
        ("https://[", False),
        (None, False),
        ("", False),
    ],
)
def test_what_becomes_a_link(uri: str | None, web: bool) -> None:
    assert is_web(uri) is web


def test_all_sample_groups_are_there() -> None:
    assert {sample.standing.group for sample in rows_of_all_groups()} == set(Group)


@pytest.mark.parametrize(
    ("part", "zh", "en"),
    [
        ("footnote 2", "脚注 2", "footnote 2"),
        ("text box 1", "文本框 1", "text box 1"),
        ("header", "页眉", "header"),
        ("活动!B7 (comment, hidden)", "活动!B7 (批注，隐藏)", "活动!B7 (comment, hidden)"),
        ("row 4, column 2", "第 4 行，第 2 列", "row 4, column 2"),
        ("attached message 1, plain text", "所附邮件 1，纯文本部分", "attached message 1, plain text"),
        ("table!B7", "table!B7", "table!B7"),
        ("rows", "rows", "rows"),
    ],
)
def test_a_part_is_told_in_both_languages(part: str, zh: str, en: str) -> None:
    assert (tell_part(part, "zh"), tell_part(part, "en")) == (zh, en)


def test_an_issue_date_may_be_a_month() -> None:
    told = [tell_issue(day, language) for day in ("2025-06", "2025-06-30") for language in ("zh", "en")]
    assert told == ["2025年6月", "June 2025", "2025年6月30日", "30 June 2025"]
