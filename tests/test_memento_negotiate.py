"""What clients ask and what is told them, as values: dates, choices, codings, ranges, links, replayed fields."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.ledger.mementos import Around
from crawler.model import Head
from crawler.replay.answer import prefers
from crawler.replay.fields import (
    MOST_FIELDS,
    MOST_TOGETHER,
    ROWS,
    Fate,
    disposition_of,
    file_name,
    replayed_fields,
    type_of,
)
from crawler.replay.links import Places, escape, link, memento_links
from crawler.replay.memento import matches
from crawler.replay.negotiate import (
    LATEST,
    MALFORMED,
    Neighbours,
    accepts,
    beside,
    choose,
    http_date,
    read_moment,
    read_range,
)
from crawler.replay.originals import read_asked
from crawler.replay.timemap import split_page

# Hypothesis takes its bounds without a zone.
MOMENTS = st.datetimes(datetime(1000, 1, 1), datetime(9999, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001


# ---------------------------------------------------------------- Accept-Datetime


@pytest.mark.parametrize(
    ("values", "moment"),
    [
        ([], LATEST),
        (["Thu, 31 May 2007 20:35:00 GMT"], "20070531203500000"),
        ([" Thu, 31 May 2007 20:35:00 GMT\t"], "20070531203500000"),
        (["Fri, 31 May 2007 20:35:00 GMT"], "20070531203500000"),  # the date counts, not the day's name
        (["Thu, 29 Feb 2024 00:00:00 GMT"], "20240229000000000"),
    ],
)
def test_a_moment_is_read(values: list[str], moment: str) -> None:
    assert read_moment(values) == moment


@pytest.mark.parametrize(
    "value",
    [
        "",
        "yesterday",
        "2007-05-31T20:35:00Z",
        "Thu, 31 May 2007 20:35:00",
        "Thu, 31 May 2007 20:35:00 +0000",
        "Thu, 31 May 07 20:35:00 GMT",
        "thu, 31 may 2007 20:35:00 gmt",
        "Thursday, 31-May-07 20:35:00 GMT",
        "Thu, 1 May 2007 20:35:00 GMT",
        "Wed, 29 Feb 2023 00:00:00 GMT",
        "Thu, 31 May 2007 24:00:00 GMT",
        "Thu, 31 May 2007 20:35:60 GMT",
        "Sat, 01 Jan 0000 00:00:00 GMT",
        "Thu, ３１ May 2007 20:35:00 GMT",
        "Thu, 31 May 2007 20:35:00 GMT; -P3DT5H;+P2DT6H",
        "Thu, 31 May 2007 20:35:00 GMT, Thu, 31 May 2007 20:35:00 GMT",
    ],
)
def test_what_is_no_rfc1123_date_is_malformed(value: str) -> None:
    assert read_moment([value]) == MALFORMED, "a client that asks wrongly would be given a copy of another time"


def test_two_dates_are_malformed() -> None:
    date = "Thu, 31 May 2007 20:35:00 GMT"
    assert read_moment([date, date]) == MALFORMED


@given(MOMENTS)
def test_dates_are_written_as_they_are_read(at: datetime) -> None:
    stamp = f"{at.year:04}{at:%m%d%H%M%S}000"
    assert http_date(stamp) == format_datetime(at.replace(microsecond=0), usegmt=True)
    assert read_moment([http_date(stamp)]) == stamp


# ---------------------------------------------------------------- which memento

DAY = "202601{:02}020000000".format
SERIES = [DAY(3), DAY(5), DAY(9)]


def around(series: list[str], moment: str) -> Around:
    """What the ledger would say, from the whole series."""
    before, after = [s for s in series if s <= moment], [s for s in series if s > moment]
    return Around(series[0], series[-1], tuple(before[:-4:-1]), tuple(after[:2]))


@pytest.mark.parametrize(
    ("moment", "chosen"),
    [
        (DAY(1), DAY(3)),
        (DAY(3), DAY(3)),
        (DAY(4), DAY(3)),  # as near as the 5th: the earlier
        ("20260104020001000", DAY(5)),
        (DAY(7), DAY(5)),
        (DAY(8), DAY(9)),
        (LATEST, DAY(9)),
    ],
)
def test_the_nearest_is_chosen(moment: str, chosen: str) -> None:
    assert choose(around(SERIES, moment), moment).this == chosen


def test_a_night_begun_before_the_moment_may_have_answered_after_it() -> None:
    found = Around(DAY(1), DAY(9), (DAY(5), DAY(3), DAY(1)), (DAY(9),))
    assert choose(found, "20260105015959000") == Neighbours(DAY(5), DAY(1), DAY(9), DAY(3), DAY(9))


@given(st.sets(MOMENTS.map(lambda at: f"{at.year:04}{at:%m%d%H%M%S}000"), min_size=1, max_size=9), MOMENTS)
def test_any_series_gives_the_nearest_and_its_neighbours(stamps: set[str], at: datetime) -> None:
    def instant(text: str) -> datetime:
        return datetime.strptime(text[:14], "%Y%m%d%H%M%S").replace(tzinfo=UTC)

    series, moment = sorted(stamps), f"{at.year:04}{at:%m%d%H%M%S}000"
    chosen = choose(around(series, moment), moment)
    least = min(abs(instant(one) - instant(moment)) for one in series)
    assert abs(instant(chosen.this) - instant(moment)) == least
    place = series.index(chosen.this)
    assert chosen.prev == (series[place - 1] if place else None)
    assert chosen.next == (series[place + 1] if place + 1 < len(series) else None)


def test_a_capture_outside_the_series_has_neighbours_in_it() -> None:
    assert beside(around(SERIES, DAY(4)), DAY(4)) == Neighbours(DAY(4), DAY(3), DAY(9), DAY(3), DAY(5))


# ---------------------------------------------------------------- codings, ranges, entity tags


@pytest.mark.parametrize(
    ("accepted", "codings", "takes"),
    [
        ([], ["gzip"], False),
        (["gzip"], ["gzip"], True),
        (["gzip"], ["x-gzip"], True),
        (["GZIP; Q=0.5, br"], ["br", "gzip"], True),
        (["gzip;q=0, *"], ["gzip"], False),
        (["*"], ["zstd"], True),
        (["*;q=0"], ["br"], False),
        (["identity"], ["br"], False),
        (["gzip", "br"], ["gzip", "br"], True),
        (["gzip, deflate"], ["gzip", "br"], False),
        ([";;;,,q=,gzip;q=2"], ["gzip"], True),
    ],
)
def test_content_codings_are_negotiated(accepted: list[str], codings: list[str], takes: bool) -> None:
    assert accepts(accepted, codings) is takes


@pytest.mark.parametrize(
    ("value", "part"),
    [
        (None, None),
        ("bytes=0-9", (0, 10)),
        ("bytes=90-", (90, 100)),
        ("bytes=90-1000", (90, 100)),
        ("bytes=-10", (90, 100)),
        ("bytes=-1000", (0, 100)),
        ("Bytes=5-5", (5, 6)),
        ("bytes=100-", (0, 0)),
        ("bytes=-0", (100, 0)),
        ("bytes=9-3", None),
        ("bytes=0-1,5-6", None),
        ("bytes=", None),
        ("items=0-9", None),
        ("bytes=٣-٥", None),
        ("bytes=" + "9" * 400, None),
    ],
)
def test_a_range_is_read(value: str | None, part: tuple[int, int] | None) -> None:
    assert read_range(value, 100) == part


@pytest.mark.parametrize(
    ("values", "found"),
    [
        ([], False),
        (['"a"'], True),
        (['W/"a"'], True),
        (['"b", "a"'], True),
        (["*"], True),
        (["a"], False),
        (['"b"'], False),
    ],
)
def test_entity_tags_are_compared_weakly(values: list[str], found: bool) -> None:
    assert matches(values, '"a"') is found


# ---------------------------------------------------------------- originals and links


@pytest.mark.parametrize(
    ("raw", "uri"),
    [
        ("https://e.example/a%2Fb%252F?x=1&y", "https://e.example/a%2Fb%252F?x=1&y"),
        ("https:/e.example/a", "https://e.example/a"),
        ("HTTP:////e.example//a", "HTTP://e.example//a"),
        ("https%3A%2F%2Fe.example%2Fa%252Fb%3Fx%3D1", "https://e.example/a%2Fb?x=1"),
        ("https%3a//e.example/a", "https://e.example/a"),
        ("e.example/https:/x", "e.example/https:/x"),
    ],
)
def test_an_original_is_read_as_it_was_meant(raw: str, uri: str) -> None:
    assert read_asked(raw) == uri


def test_a_page_of_a_timemap_has_a_name_that_is_no_uri() -> None:
    assert split_page(f"{DAY(3)}/https://e.example/") == (DAY(3), "https://e.example/")
    assert split_page("https://e.example/") == ("", "https://e.example/")
    assert split_page("12345678901234567") == ("", "12345678901234567")


@given(st.text(max_size=200))
def test_no_uri_breaks_a_link(text: str) -> None:
    written = link(escape(text), "original")
    assert re.fullmatch(r'<[!-;=?-~]*>; rel="original"', written), "a stranger's address would forge a field"


def test_one_that_is_several_is_linked_once() -> None:
    links = memento_links(
        Places("http://m", "http://c"), "https://e.example/", Neighbours(DAY(3), DAY(3), DAY(3), None, None)
    )
    assert links == [
        f'<http://c/memento/{DAY(3)}/https://e.example/>; rel="first last memento";'
        ' datetime="Sat, 03 Jan 2026 02:00:00 GMT"'
    ]


# ---------------------------------------------------------------- replayed fields


def head(*fields: tuple[str, str]) -> Head:
    return Head("HTTP/1.1", 200, "OK", fields)


def test_archived_fields_act_on_nobody() -> None:
    sent = replayed_fields(
        head(
            ("Content-Language", "zh"),
            ("Set-Cookie", "session=1"),
            ("Strict-Transport-Security", "max-age=1"),
            ("Content-Security-Policy", "default-src *"),
            ("Location", "/next"),
            ("Refresh", "0; url=/next"),
            ("Last-Modified", "Thu, 01 Jan 2026 02:00:00 GMT"),
            ("Clear-Site-Data", '"*"'),
        )
    )
    live = [name for name, _ in sent if not name.startswith("X-Archive-Orig-")]
    assert live == ["Content-Language"], "an archived field would act in the reader's browser"
    assert not any("cookie" in name.lower() for name, _ in sent)
    assert ("X-Archive-Orig-Last-Modified", "Thu, 01 Jan 2026 02:00:00 GMT") in sent


def test_what_is_told_is_bounded() -> None:
    many = replayed_fields(head(*((f"X-{n}", "y" * 100) for n in range(500))))
    large = replayed_fields(head(*((f"X-{n}", "y" * 100_000) for n in range(50))))
    assert len(many) <= MOST_FIELDS
    assert sum(len(name) + len(value) for name, value in large) <= MOST_TOGETHER


@given(st.text(st.characters(max_codepoint=255), max_size=300), st.text(st.characters(max_codepoint=255), max_size=40))
def test_no_value_forges_a_field(value: str, name: str) -> None:
    for sent_name, sent in replayed_fields(head((name, value), ("X-Known", value))):
        assert re.fullmatch(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+", sent_name)
        assert not re.search(r"[\x00-\x1f\x7f]", sent)
        assert sent == sent.strip()


def test_what_is_told_names_nobody() -> None:
    sent = dict(
        replayed_fields(
            head(("Location", "https://e.example/?email=jane.doe@example.org"), ("X-To", "jane.doe@example.org"))
        )
    )
    assert "jane" not in str(sent), "a subscriber's address would be shown to whoever opens the copy"


def test_each_row_gives_its_source() -> None:
    assert len({row.field for row in ROWS}) == len(ROWS)
    assert all(row.why and ("§" in row.why) for row in ROWS)
    assert {row.fate for row in ROWS} == set(Fate)


@pytest.mark.parametrize(
    ("fields", "sent"),
    [
        ([("Content-Type", "text/html; charset=GB2312")], "text/html; charset=GB2312"),
        ([("Content-Type", "text/html, application/pdf")], "application/pdf"),
        ([("Content-Type", "nonsense")], "application/octet-stream"),
        ([("Content-Type", "application/pdf; a=b, application/pdf/x")], "application/pdf; a=b"),
        ([("Content-Type", "application/pdf, application/pdf+xml x")], "application/pdf"),
        ([], "application/octet-stream"),
        ([("Content-Type", "text/html\x0b; charset=x")], "text/html"),
        ([("Content-Type", "Text/HTML")], "Text/HTML"),
    ],
)
def test_one_valid_type_is_sent(fields: list[tuple[str, str]], sent: str) -> None:
    assert type_of(head(*fields)) == sent


@pytest.mark.parametrize("media_type", ["text/html", "application/pdf", "image/svg+xml", "text/plain", "image/png"])
def test_what_browsers_can_show_safely_is_shown(media_type: str) -> None:
    assert disposition_of(head(("Content-Type", media_type)), "https://e.example/a") is None


@pytest.mark.parametrize("media_type", ["application/x-msdownload", "application/zip", "multipart/x-mixed-replace", ""])
def test_what_a_browser_should_not_open_is_a_download(media_type: str) -> None:
    sent = disposition_of(head(("Content-Type", media_type)), "https://e.example/files/r%C3%A9sum%C3%A9%22.docx?x=1")
    assert sent == "attachment; filename=\"r_sum__.docx\"; filename*=UTF-8''r%C3%A9sum%C3%A9_.docx"


@pytest.mark.parametrize(
    ("uri", "name"),
    [
        ("https://e.example/", "copy"),
        ("https://e.example/a/..%2f..%2fetc", "_.._etc"),
        ("https://e.example/%E6%8A%A5%E5%91%8A.pdf", "报告.pdf"),
        ("https://e.example/a%0d%0aX-Evil:%201", "a__X-Evil_ 1"),
        ("https://e.example/cod%E2%80%AEfdp.exe", "cod_fdp.exe"),
        ("https://e.example/" + "x" * 500, "x" * 120),
    ],
)
def test_a_download_has_a_harmless_name(uri: str, name: str) -> None:
    assert file_name(uri) == name


@pytest.mark.parametrize(
    ("values", "language"),
    [([], "en"), (["zh-CN,zh;q=0.9,en;q=0.8"], "zh"), (["fr, en, zh"], "en"), (["*"], "en"), (["ZH-hans"], "zh")],
)
def test_refusals_speak_the_clients_language(values: list[str], language: str) -> None:
    assert prefers(values) == language
