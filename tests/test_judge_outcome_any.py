"""What no page, and nothing known beside it, may break: properties of the outcome table."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.judge.outcome import FAMILY, TABLE, On, read
from crawler.judge.soft404 import AGAINST, FOR, SOFT, wants_sibling
from crawler.judge.text_fragment import TextDirective, quotes, read_directives
from crawler.model import (
    Content,
    Coverage,
    Family,
    Hop,
    Observation,
    Outcome,
    Page,
    Sibling,
    Sight,
    SightKind,
    Surroundings,
)
from tests.judged_pages import SEEN_AT, URI, cases_of, markup, observation_of, page_of, surroundings_of
from tests.test_judge_outcome import OBSERVATIONS, URIS

WORDS = st.sampled_from(
    [
        "",
        "Page not found",
        "页面不存在",
        "404",
        "Just a moment...",
        "Access Denied",
        "系统维护中",
        "Log in",
        "This domain is for sale",
        "Accept all cookies, your consent, privacy",
        "A new ferry landing is built. " * 30,
        "الصفحة غير موجودة",
        "\ud800 \x00 ٤٠٤",
    ]
)
SIGHTS = st.builds(
    Sight,
    key=st.sampled_from(["a", "b"]),
    kind=st.sampled_from(SightKind),
    opens=st.booleans(),
    title=WORDS,
    headings=st.lists(WORDS, max_size=3).map(tuple),
    chars=st.integers(0, 3000),
    opening=WORDS,
    scripts=st.integers(0, 2),
    marks=st.lists(st.sampled_from(["error404", "home", "page-404"]), max_size=2).map(tuple),
    canonical=URIS,
    og_uri=URIS,
    noindex=st.booleans(),
    password_fields=st.integers(0, 1),
    anchors=st.lists(st.sampled_from(["a", "b"]), max_size=2).map(tuple),
    anchors_cut=st.booleans(),
    page_count=st.integers(0, 9),
)
PAGES = st.builds(Page, sight=SIGHTS, text=WORDS, status=st.none() | st.sampled_from([200, 404, 500]))
SIBLINGS = st.builds(
    Sibling, uri=URIS, status=st.none() | st.sampled_from([200, 404, 410, 500]), page=st.none() | PAGES
)
FRAGMENTS = st.lists(
    st.sampled_from(["a", "%zz", "page=4", "/x", "", "t,u", "-,-x", "a-,b,c,-d", "%ff&text=b"]), max_size=3
)
AROUND = st.builds(
    Surroundings,
    page=st.none() | PAGES,
    fragments=FRAGMENTS.map(tuple),
    text_fragments=FRAGMENTS.map(tuple),
    sinking=st.lists(URIS, max_size=5).map(tuple),
    sibling=st.none() | SIBLINGS,
    last_good=st.none() | PAGES,
)


@settings(max_examples=300)
@given(OBSERVATIONS, URIS, AROUND)
def test_anything_is_read(seen: Observation, cited: str, around: Surroundings) -> None:
    reading = read(seen, cited, around)
    inferred = FAMILY[reading.outcome] is Family.INFERRED
    assert reading.evidence.en.strip()
    assert reading.evidence.zh.strip()
    known = inferred and around.page is not None and around.last_good is not None
    assert (reading.unlike_last_good is not None) is known, "an inferred death needs to know the last good text"
    assert isinstance(wants_sibling(seen, cited, around), bool)


@settings(max_examples=300)
@given(OBSERVATIONS, URIS, AROUND)
def test_the_rows_left_out_would_not_have_matched(seen: Observation, cited: str, around: Surroundings) -> None:
    everything = replace(around, fragments=(), text_fragments=())
    assert read(seen, cited, everything) == read(seen, cited, everything)
    outcome = read(seen, cited, around).outcome
    on = next(row.on for row in TABLE if row.outcome is outcome)
    good = seen.content is not None and bool(seen.hops) and 200 <= (seen.hops[-1].status or 0) < 300
    assert on is not On.GOOD or good or (seen.hops and seen.hops[-1].status in (200, 304, *range(200, 300)))


@given(PAGES, st.none() | PAGES)
def test_a_body_that_we_cut_is_never_found_wanting(page: Page, last_good: Page | None) -> None:
    hop = Hop(URI, 200, None)
    seen = Observation("n", URI, SEEN_AT, (hop,), Content("text/html", 0, "sha256:00", Coverage.CUT_BY_US))
    outcome = read(seen, URI, Surroundings(page, ("x",), ("no such words",), last_good=last_good)).outcome
    wanting = {Outcome.EMPTY, Outcome.JS_SHELL, Outcome.UNSUPPORTED_TYPE, Outcome.FRAGMENT_MISSING}
    assert outcome not in wanting | {Outcome.TEXT_FRAGMENT_MISSING}, "our own limit would be told as the page's fault"


@given(PAGES, SIBLINGS)
def test_a_cited_home_page_is_never_a_soft_404(page: Page, sibling: Sibling) -> None:
    for home in (
        "https://www.alderbay.example/",
        "https://www.alderbay.example/zh-hans/",
        "https://alderbay.example/?lang=fr",
    ):
        seen = Observation("n", home, SEEN_AT, (Hop(home, 200, None),), Content("text/html", 9, "sha256:00"))
        outcome = read(seen, home, Surroundings(page, sibling=sibling)).outcome
        assert outcome not in (Outcome.SOFT_404, Outcome.SOFT_404_SUSPECTED), "every site has a home page"


@given(PAGES)
def test_what_shows_the_last_good_text_is_never_dead(page: Page) -> None:
    seen = observation_of({})
    good = replace(page, sight=replace(page.sight, kind=SightKind.HTML))
    reading = read(seen, URI, Surroundings(good, last_good=good))
    said = sum(sign.weight for sign in FOR if sign.id != "sibling-alike")
    if said + AGAINST[1].weight < SOFT:
        assert reading.outcome is not Outcome.SOFT_404
    assert reading.unlike_last_good is not True


@pytest.mark.parametrize("kind", SightKind)
def test_what_does_not_open_is_told_for_every_kind(kind: SightKind) -> None:
    seen = observation_of({})
    reading = read(seen, URI, Surroundings(Page(Sight("k", kind, opens=False))))
    assert reading.outcome is Outcome.UNSUPPORTED_TYPE, "a broken file would be called fine"
    fine = read(seen, URI, Surroundings(Page(Sight("k", kind, opens=True, chars=900, opening="x " * 450))))
    assert fine.outcome is Outcome.OK


def test_a_page_of_a_pdf() -> None:
    pdf = Page(Sight("k", SightKind.PDF, page_count=12))
    for fragment, outcome in (
        ("page=12", Outcome.OK),
        ("page=13", Outcome.FRAGMENT_MISSING),
        ("page=13&zoom=50", Outcome.FRAGMENT_MISSING),
        ("page=x", Outcome.OK),
        ("nameddest=annex", Outcome.OK),
    ):
        assert read(observation_of({}), URI, Surroundings(pdf, (fragment,))).outcome is outcome, fragment


def test_a_quotation_is_not_missed_where_most_of_the_page_was_not_read() -> None:
    for text, outcome in (("Ferries. " * 20, Outcome.OK), ("Ferries. " * 500, Outcome.TEXT_FRAGMENT_MISSING)):
        page = Page(Sight("k", SightKind.HTML, chars=6000, opening="Harbour. " * 200), text)
        assert read(observation_of({}), URI, Surroundings(page, (), ("lime%20trees",))).outcome is outcome


# ---------------------------------------------------------------- siblings


@pytest.mark.parametrize(
    ("case", "wanted"),
    [
        ({"title": "A new ferry landing", "prose": 1}, False),
        ({"title": "A new ferry landing", "prose": 1, "good": "article"}, False),
        ({"title": "News from the bay", "prose": 1, "good": "other"}, True),
        ({"title": "Page not found", "prose": 1}, True),
        ({"title": "Page not found", "h1": "Page not found", "main": "<p>Use the menu.</p>"}, True),
        ({"title": "Page not found", "prose": 1, "sibling": "404"}, False),
        ({"title": "Page not found", "prose": 1, "uri": "https://www.alderbay.example/"}, False),
        ({"title": "Just a moment...", "bare": True, "main": "<p>Verify you are human</p>", "good": "other"}, False),
        ({"title": "系统维护中", "lang": "zh", "bare": True, "main": "<p>请稍后再试。</p>", "good": "other"}, False),
        ({"title": "This domain is for sale", "bare": True, "good": "other"}, False),
        ({"html": "<script src=a></script>", "good": "other"}, False),
        ({"title": "A new ferry landing", "prose": 1, "body": "class=error404", "good": "article"}, False),
        ({"title": "Gone", "status": 404, "good": "other"}, False),
    ],
    ids=str,
)
def test_a_sibling_is_wanted_where_it_settles_something(case: dict[str, object], wanted: bool) -> None:
    seen = observation_of(case)
    assert wants_sibling(seen, seen.uri, surroundings_of(case)) is wanted


@pytest.mark.parametrize(
    "case", [case for case in cases_of("outcomes_soft404") if "sibling" not in case], ids=lambda c: c["name"]
)
def test_a_sibling_that_is_not_wanted_would_change_nothing(case: dict[str, object]) -> None:
    seen, around = observation_of(case), surroundings_of(case)
    if wants_sibling(seen, seen.uri, around):
        return
    before = read(seen, seen.uri, around).outcome
    missing = replace(around, sibling=Sibling(URI, 404))
    assert read(seen, seen.uri, missing).outcome is before, "an answer nobody asked for would have saved this page"


# ---------------------------------------------------------------- text directives

TEXTS = st.text(alphabet="abc déF图书馆 .,-'", min_size=1, max_size=80)


@given(TEXTS, st.data())
def test_any_part_of_a_text_is_quoted_by_it(text: str, data: st.DataObject) -> None:
    words = text.split()
    if not words:
        return
    first = data.draw(st.integers(0, len(words) - 1))
    last = data.draw(st.integers(first, len(words) - 1))
    start = " ".join(words[first : last + 1])
    if any(letter.isalnum() for letter in start):
        assert quotes(text, TextDirective(start)), "a reader would be told that words are gone which stand there"
        assert quotes(text.upper(), TextDirective(start))


@pytest.mark.parametrize(
    ("fragment", "expected"),
    [
        ("ferry", [TextDirective("ferry")]),
        ("text=ferry", [TextDirective("ferry")]),
        ("the-,ferry,bay,-today", [TextDirective("ferry", "bay", "the", "today")]),
        ("the-,ferry", [TextDirective("ferry", prefix="the")]),
        ("ferry,-today", [TextDirective("ferry", suffix="today")]),
        ("ferry,bay", [TextDirective("ferry", "bay")]),
        ("a%2Cb", [TextDirective("a,b")]),
        ("a&text=b", [TextDirective("a"), TextDirective("b")]),
        ("a&selector=x", [TextDirective("a")]),
        ("a,b,c", []),
        ("", []),
        ("%20", []),
        (",", []),
        ("the-", [TextDirective("the-")]),
    ],
)
def test_directives(fragment: str, expected: list[TextDirective]) -> None:
    assert read_directives(fragment) == expected


def test_a_page_is_noticed_once_however_often_it_is_judged() -> None:
    page = page_of(markup({"title": "Page not found", "main": "<p>Use the menu.</p>"}), URI)
    twin = replace(page)
    first = read(observation_of({}), URI, Surroundings(page))
    assert (
        read(observation_of({}), URI, Surroundings(page)) == read(observation_of({}), URI, Surroundings(twin)) == first
    )
