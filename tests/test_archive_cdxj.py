"""CDXJ lines: what is in one, what is left out, and their order."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.archive.cdxj import format_line, parse_line, write_lines
from crawler.model import Capture, RecordType
from tests.test_archive_exchanges import AT

CAPTURE = Capture(
    urlkey="org,example)/a",
    timestamp="20260102020003123",
    uri="https://example.org/a",
    mime="text/html",
    status=200,
    digest="sha256:" + "0" * 64,
    filename="evercite-20260102020000000-00001-host.warc.gz",
    offset=421,
    length=1234,
    record_id="<urn:uuid:1>",
    record_type=RecordType.RESPONSE,
    seen_at=AT,
    night="20260102T020000Z",
)
LINE = (
    'org,example)/a 20260102020003123 {"url": "https://example.org/a", "mime": "text/html", "status": "200", '
    f'"digest": "sha256:{"0" * 64}", "length": "1234", "offset": "421", '
    '"filename": "evercite-20260102020000000-00001-host.warc.gz"}'
)


def test_a_line_as_players_read_it() -> None:
    assert format_line(CAPTURE) == LINE


def test_a_revisit_says_so_in_its_mime() -> None:
    revisit = replace(CAPTURE, record_type=RecordType.REVISIT, refers_to="<urn:uuid:0>")
    assert format_line(revisit) == LINE.replace('"text/html"', '"warc/revisit"')


def test_what_players_cannot_show_is_left_out() -> None:
    not_modified = replace(CAPTURE, record_type=RecordType.REVISIT, not_modified=True, status=304)
    headless = replace(CAPTURE, status=0, digest="-")
    assert write_lines([not_modified, CAPTURE, headless]) == [f"{LINE}\n".encode()]


def test_lines_stand_in_the_order_of_their_bytes() -> None:
    uris = ["https://example.org/b", "https://example.org/a", "https://example.org/é", "https://zzz.com/"]
    lines = write_lines(replace(CAPTURE, uri=uri) for uri in uris)
    assert lines == sorted(lines)
    assert [line.split(b" ")[0].decode() for line in lines] == [
        "com,zzz)/",
        "org,example)/%c3%a9",
        "org,example)/a",
        "org,example)/b",
    ]


@given(
    uri=st.text() | st.text().map(lambda text: f"http://example.org/{text}"),
    mime=st.text(st.characters(max_codepoint=255)),
)
def test_any_text_is_one_line_and_comes_back(uri: str, mime: str) -> None:
    line = format_line(replace(CAPTURE, uri=uri, mime=mime))
    parsed = parse_line(line)
    assert "\n" not in line
    assert parsed.timestamp == CAPTURE.timestamp
    assert (parsed.fields["url"], parsed.fields["mime"], parsed.fields["offset"]) == (uri, mime, "421")


def test_a_uri_with_a_space_does_not_shift_the_columns() -> None:
    assert parse_line(format_line(replace(CAPTURE, uri="http://example.org/a b"))).key == "org,example)/a%20b"


def test_the_key_is_the_one_players_look_up_not_ours() -> None:
    moved = replace(CAPTURE, uri="https://example.org/A/?B=1", urlkey="org,example)/A/?B=1")
    assert parse_line(format_line(moved)).key == "org,example)/a?b=1", "a player would not find the page"


@pytest.mark.parametrize("line", ["", "key 2026", "key now {}", "key 20260102020003123 []", "!meta {}"])
def test_other_lines_are_refused(line: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        parse_line(line)
