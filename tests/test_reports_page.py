"""What the night's page is made of: strips, contexts, look-ups elsewhere, organisations, filters, other places."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from importlib.resources import files
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import html

from crawler.model import Copy, DateSource, Evidence, Flag, Group, Issued, Kind, Outcome, Verdict, Wrapper
from crawler.reports.context import EXCERPT, excerpt_context, split_context
from crawler.reports.elsewhere import find_citing
from crawler.reports.filters import Choice, Filters
from crawler.reports.lookups import ARCHIVES, find_lookups
from crawler.reports.organisations import KNOWN, organisation_of
from crawler.reports.render_html import render_html
from crawler.reports.row_words import tell_distance
from crawler.reports.rows import Row, Tone
from crawler.reports.strips import draw_strip, tell_strip
from crawler.reports.words import LANGUAGES, say
from tests.test_reports_health import HOSTILE, capture, citation, report_of, row, rows_of_all_groups, strip
from tests.test_reports_render import crowded_report

UTC = ZoneInfo("UTC")


def dead(n: int = 1, printed: str = "https://h.example/a", **more: object) -> Row:
    cited = citation(n, printed)
    return row(replace(cited, **more), Outcome.NOT_FOUND, Verdict.DEAD, Group.NEEDS_YOU, 3)  # type: ignore[arg-type]


# ---------------------------------------------------------------- strips


@pytest.mark.parametrize(
    ("drawn", "tones"),
    [
        ("oooo", {"good": 4}),
        ("oo44", {"good": 2, "bad": 2}),
        ("otb4", {"good": 1, "warn": 1, "grey": 1, "bad": 1}),
        ("..oT", {"grey": 3, "good": 1}),
        ("", {}),
    ],
)
def test_every_night_of_a_strip_is_drawn_once(drawn: str, tones: dict[str, int]) -> None:
    shapes = draw_strip(strip(drawn))
    assert {str(tone): path.count("M") for tone, path in shapes.items()} == tones


def test_no_two_tones_look_alike() -> None:
    shapes = [draw_strip(strip(mark))[tone] for mark, tone in zip("o4tb.", [*Tone, Tone.GREY], strict=True)]
    assert len(set(shapes)) == 5, "whoever sees no colours cannot tell nights apart"


def test_a_strip_is_told_in_runs() -> None:
    cells = strip("oooo.44T")
    assert tell_strip(cells, "en", UTC) == (
        "Last 8 nights: 13 Jan–16 Jan fine; 17 Jan not due; 18 Jan–19 Jan not found (404); 20 Jan timeout (not counted)"
    )
    assert tell_strip(cells, "zh", UTC).startswith("最近 8 晚：1月13日–1月16日 正常；1月17日 未安排检查；")


# ---------------------------------------------------------------- the paragraph


def test_the_cited_words_are_marked_where_they_stand() -> None:
    found = split_context(dead(context="详见 https://h.example/a。后文", printed="https://h.example/a"))
    assert (found.before, found.cited, found.after) == ("详见 ", "https://h.example/a", "。后文")
    linked = split_context(dead(context="参见《年度综述》一文", anchor="年度综述"))
    assert linked.cited == "年度综述", "a link's own words are what a reader looks for"
    assert split_context(dead(context="另写一处")).cited == ""


@given(st.text(max_size=400), st.text(max_size=400))
def test_an_excerpt_keeps_the_cited_words(before: str, after: str) -> None:
    cited = dead(context=f"{before}https://h.example/a{after}")
    found = excerpt_context(cited)
    assert found.cited == "https://h.example/a"
    assert max(len(found.before), len(found.after)) <= EXCERPT + 1, "a row of a line or two runs on"
    assert found.before.removeprefix("…") in cited.context


# ---------------------------------------------------------------- copies


@pytest.mark.parametrize(
    ("days", "en", "zh"),
    [
        (430, "captured 14 months after the issue", "晚于出刊 14 个月存档"),
        (-100, "captured 3 months before the issue", "早于出刊 3 个月存档"),
        (45, "", ""),
        (-3, "", ""),
        (None, "", ""),
    ],
)
def test_a_copy_far_from_the_issue_says_so(days: int | None, en: str, zh: str) -> None:
    held = replace(dead(), copy=Copy(capture("https://h.example/a"), Evidence("x", "x", "x"), days))
    assert (tell_distance(held, "en"), tell_distance(held, "zh")) == (en, zh)


def test_no_copy_means_public_archives_at_the_issue_date() -> None:
    cited = citation(1, "https://h.example/a?b=c#part", issued=Issued("2025-06", DateSource.TEXT))
    assert [one.uri for one in find_lookups(cited)] == [
        "https://web.archive.org/web/20250601120000/https://h.example/a?b=c",
        "https://archive.ph/20250601120000/https://h.example/a?b=c",
        "https://arquivo.pt/wayback/20250601120000/https://h.example/a?b=c",
    ]
    day = replace(cited, issued=Issued("2025-06-30", DateSource.TEXT))
    assert find_lookups(day)[0].uri.startswith("https://web.archive.org/web/20250630120000/")
    assert find_lookups(replace(cited, issued=None))[0].uri == "https://web.archive.org/web/*/https://h.example/a?b=c"
    assert all(archive.source and archive.near.startswith("https://") for archive in ARCHIVES)


TRACKER = Wrapper("00", "https://t.example/[redacted]", "mdrtor", True, "https://t.example/SECRET")


@pytest.mark.parametrize(
    ("more", "n"),
    [
        ({"flags": (Flag.PERSONAL,)}, 0),
        ({"uri": "https://h.example/?mail=[redacted]"}, 0),
        ({"uri": "https://h.example/?mail=w***@example.org"}, 0),
        ({"uri": None}, 0),
        ({"uri": "javascript:alert(1)"}, 0),
        ({"kind": Kind.TRACKER, "wrapper": TRACKER, "flags": (Flag.PERSONAL,)}, 3),
    ],
)
def test_nothing_personal_is_looked_up_elsewhere(more: dict[str, object], n: int) -> None:
    cited = replace(citation(1, "https://h.example/a"), **more)  # type: ignore[arg-type]
    assert len(find_lookups(cited)) == n, "a subscriber's address would be sent to a stranger's archive"


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_row_without_copy_says_where_to_look(language: str) -> None:
    report = report_of([dead(issued=Issued("2024-11-05", DateSource.TEXT))])
    [card] = html.document_fromstring(render_html(report, language)).xpath("//article")
    assert say("ui.copy_none", language) in card.text_content()
    assert ("2024年11月5日" if language == "zh" else "5 November 2024") in card.text_content()
    assert sum("20241105" in href for href in card.xpath(".//a/@href")) == 3


# ---------------------------------------------------------------- organisations, other places


@pytest.mark.parametrize(
    ("host", "key"),
    [
        ("www.oneplanetnetwork.org", "oneplanetnetwork.org"),
        ("wedocs.unep.org", "unep.org"),
        ("notunep.org", "notunep.org"),
        ("data.stats.gov.cn", "stats.gov.cn"),
        ("me.github.io", "me.github.io"),
        ("10.0.0.1", "10.0.0.1"),
    ],
)
def test_a_host_belongs_to_whom_it_says(host: str, key: str) -> None:
    found = organisation_of(host)
    assert found is not None
    assert found.key == key


def test_every_organisation_says_where_it_is_known_from() -> None:
    rows = tomllib.loads(files("crawler.reports").joinpath("organisations.toml").read_text("utf-8"))["organisation"]
    assert all(row["source"] and row["seen"] and row["zh"] and row["en"] and row["hosts"] for row in rows)
    assert len(KNOWN) == sum(len(row["hosts"]) for row in rows), "a host is claimed twice"
    assert organisation_of("") is None


def test_other_places_of_the_same_target_are_found() -> None:
    one, two = dead(1), dead(2, document="briefing-06.txt")
    merged = dead(3, "https://h.example/other", same_as="https://h.example/a")
    mail = row(citation(4, "w***@example.org", Kind.MAIL), Outcome.NOT_CRAWLED, Verdict.NOT_CRAWLED, Group.FINE)
    rows = [one, two, merged, mail, replace(mail, citation=replace(mail.citation, id="b" * 12))]
    citing = find_citing(rows)
    assert citing(one) == (two, merged), "a past issue that is affected is left out"
    assert citing(merged) == (one, two)
    assert citing(mail) == (), "two addresses without uri are not the same"


def test_a_dead_row_links_to_the_past_issues_it_stands_in() -> None:
    tree = html.document_fromstring(render_html(crowded_report(), "en"))
    [card] = tree.xpath(f"//article[@id='c-{1:012x}']")
    [link] = card.xpath(".//dd[@class='also']//a")
    assert (link.get("href"), " ".join(link.text_content().split())) == (f"#c-{'a' * 12}", "briefing-06.txt #1")
    assert "issued 2 May 2024" in card.xpath("string(.//dd[@class='also'])")


# ---------------------------------------------------------------- filters


def every_choice(filters: Filters) -> list[Choice]:
    judged = [one for group, verdicts in filters.verdicts for one in (group, *verdicts)]
    return [*judged, *filters.documents, *filters.sections, *filters.organisations]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_choice_counts_the_rows_that_carry_it(language: str) -> None:
    report = crowded_report()
    filters = Filters(report, language)
    for choice in every_choice(filters):
        rows = [one for one in report.rows if choice.token in filters.tokens(one).split()]
        assert len(rows) == choice.count > 0, f"{choice.name!r} promises what it does not show"


def test_a_choice_has_the_same_key_in_both_languages() -> None:
    keys = [{(one.token, one.key) for one in every_choice(Filters(crowded_report(), code))} for code in LANGUAGES]
    assert keys[0] == keys[1], "an address that was sent chooses something else in the other language"
    assert all(key for _, key in keys[0]), "a choice without a key means all"


def test_a_hostile_section_is_a_choice_that_does_nothing() -> None:
    report = report_of([dead(section=HOSTILE + "x" * 10_000, document=HOSTILE)])
    [choice] = Filters(report, "zh").sections
    assert len(choice.name) <= 60
    tree = html.document_fromstring(render_html(report, "zh"))
    assert len(tree.xpath("//script")) == 1
    assert len(tree.xpath("//article")) == 1


# ---------------------------------------------------------------- an editor's five questions


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_answers_an_editors_five_questions(language: str) -> None:
    report = crowded_report()
    tree = html.document_fromstring(render_html(report, language))
    [news] = tree.xpath("//section[@aria-labelledby='changed-since']//li/a")
    [card] = tree.xpath(f"//article[@id='{news.get('href')[1:]}']")
    side, body = card.xpath("./div")
    assert say("verdict.dead", language) in news.text_content().lower(), "what is newly broken"
    assert say("ui.nights", language, n=3) in side.text_content(), "how sure"
    assert say("ui.since", language, date="2026年1月18日" if language == "zh" else "18 January 2026") in (
        side.text_content()
    ), "since when"
    assert body.xpath(".//dl[@class='do']//a[@href='../copies/0a0a.html']"), "what to print instead"
    assert body.xpath(".//dd[@class='also']//a"), "which past issues are affected"
    [unchecked] = tree.xpath("//section[@aria-labelledby='unchecked']")
    assert len(unchecked.xpath(".//li")) == len(report.unchecked) + 1, "what could not be checked"


def test_a_moved_page_is_printed_as_it_is_now() -> None:
    moved = rows_of_all_groups()[1]
    [card] = html.document_fromstring(render_html(report_of([moved]), "zh")).xpath("//article")
    [told] = [dd for dd in card.xpath(".//dd") if say("ui.print_this", "zh") in dd.text_content()]
    assert told.xpath(".//a/@href") == ["https://www.example.org/library/report-2025-final"]


@pytest.mark.parametrize("section", ["تقرير السلام", "דוח", "abc ڛ"])
def test_a_section_from_right_to_left_turns_nothing_else_around(section: str) -> None:
    [card] = html.document_fromstring(render_html(report_of([dead(section=section)]), "zh")).xpath("//article")
    assert card.xpath("string(.//p[@class='place']/bdi)") == section
