"""What is known beside an observation: from a ledger with nights in it, whatever is not known left out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from crawler.judge.outcome import read
from crawler.ledger.ledger import Ledger
from crawler.model import (
    Beside,
    Citation,
    Content,
    Coverage,
    Hop,
    Kind,
    Night,
    Observation,
    Outcome,
    SideLook,
    Sight,
    SightKind,
    Surroundings,
    Via,
)
from crawler.night.surroundings import Surrounder
from crawler.urls.siblings import sibling_key

NIGHT, AT = "20260102T020000Z", datetime(2026, 1, 2, 2, tzinfo=UTC)
HOST = "https://www.alderbay.example"
DOC = f"{HOST}/notices/landing.html"
READER = "test"


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    opened = Ledger.open(tmp_path / "ledger.sqlite3")
    opened.begin_night(Night(NIGHT, AT, simulated=True), "{}")
    yield opened
    opened.close()


def cited(uri: str, fragment: str | None = None, text: str | None = None, same_as: str | None = None) -> Citation:
    where = ("0" * 12, "a.txt", "00", 1, 1, None, (1,), 0, 1, "x", None, "x", Kind.PAGE)
    return Citation(*where, uri, None, None, None, uri_fragment=fragment, text_fragment=text, same_as=same_as)


def looked(uri: str, *ends: str, digest: str = "sha256:aa", status: int = 200) -> Observation:
    """An observation of a uri that ended, over redirects, on the last of `ends`."""
    chain = [uri, *ends]
    hops = [Hop(at, 301, None, Via.LOCATION if n else None) for n, at in enumerate(chain)]
    hops[-1] = Hop(chain[-1], status, None, Via.LOCATION if ends else None, record_id=f"<urn:{digest}>")
    return Observation(NIGHT, uri, AT + timedelta(minutes=5), tuple(hops), Content("text/html", 9, digest))


def show(ledger: Ledger, digest: str, key: str, text: str, **fields: object) -> None:
    """Keep what a payload shows."""
    ledger.link_payload((digest, "text/html"), key, READER)
    ledger.store_sight(replace(Sight(key, SightKind.HTML), **fields), text, READER)  # type: ignore[arg-type]


def test_nothing_known_is_nothing_said(ledger: Ledger) -> None:
    assert Surrounder(ledger, NIGHT, []).of(looked(DOC), None) == Surroundings()


def test_the_page_is_that_of_the_last_answer_and_the_same_object_again(ledger: Ledger) -> None:
    show(ledger, "sha256:aa", "k1", "A new ferry landing", title="Ferry")
    around = Surrounder(ledger, NIGHT, [])
    page = around.of(looked(DOC), None).page
    assert page is not None
    assert (page.sight.title, page.text, page.status) == ("Ferry", "A new ferry landing", 200)
    assert around.page_of(looked(f"{HOST}/other")) is page, "the same page would be searched again for each link"
    refused = around.page_of(looked(DOC, status=404))
    assert refused is not None
    assert refused.status == 404
    cut = replace(looked(DOC), content=Content("text/html", 9, "sha256:aa", Coverage.CUT_BY_US))
    assert around.page_of(cut) is None, "half a page would be judged as a whole one"


def test_a_page_read_later_is_found_later(ledger: Ledger) -> None:
    around = Surrounder(ledger, NIGHT, [])
    assert around.page_of(looked(DOC)) is None
    show(ledger, "sha256:aa", "k1", "text")
    assert around.page_of(looked(DOC)) is not None


def test_fragments_are_those_of_all_citations_of_the_target(ledger: Ledger) -> None:
    citations = [
        cited(DOC, "annex-one"),
        cited(DOC, "annex-two", "text=built%20in%201962&text=lime"),
        cited(DOC, "annex-one"),
        cited(f"{DOC}?ref=x", "annex-three", same_as=DOC),
        cited(f"{HOST}/other", "elsewhere"),
        cited(DOC, "reader@alderbay.example"),
        cited(DOC, None, "selector(x)"),
    ]
    around = Surrounder(ledger, NIGHT, citations).of(looked(DOC), None)
    assert around.fragments == ("annex-one", "annex-two", "annex-three"), "an address of a reader would be told"
    assert around.text_fragments == ("built%20in%201962&text=lime",)


def test_a_sink_is_made_of_cited_links_of_one_host_and_night(ledger: Ledger) -> None:
    search = f"{HOST}/search"
    links = [f"{HOST}/grants/a.html", f"{HOST}/studies/b.html", f"{HOST}/rules/c.html"]
    uncited, elsewhere = f"{HOST}/d.html", "https://other.example/e.html"
    observations = [looked(uri, search) for uri in (*links, uncited, elsewhere)] + [looked(search)]
    ledger.add_observations(observations)
    show(ledger, "sha256:aa", "k1", "Search the site", chars=900, opening="Search")
    around = Surrounder(ledger, NIGHT, [cited(uri) for uri in (*links, elsewhere, search)])
    assert set(around.of(observations[0], None).sinking) == set(links)
    assert around.of(looked(search), None).sinking == (), "a link that was not redirected leads nowhere else"
    outcomes = {read(seen, seen.uri, around.of(seen, None)).outcome for seen in observations[:3]}
    assert outcomes == {Outcome.REDIRECT_SINK}
    assert read(observations[-2], elsewhere, around.of(observations[-2], None)).outcome is Outcome.OK_MOVED


def test_a_sibling_of_the_directory_counts_for_a_fortnight(ledger: Ledger) -> None:
    show(ledger, "sha256:aa", "k1", "A page")
    show(ledger, "sha256:bb", "k2", "No such page")
    key = sibling_key(DOC)
    assert key is not None
    beside = replace(looked(f"{HOST}/notices/bofimaludetosu.html", digest="sha256:bb"), seen_at=AT)
    ledger.add_side_looks([SideLook(Beside.SIBLING, key, beside)])
    said = Surrounder(ledger, NIGHT, []).of(looked(f"{HOST}/notices/another.html"), None).sibling
    assert said is not None
    assert said.status == 200
    assert said.page is not None
    assert said.page.text == "No such page"
    assert Surrounder(ledger, NIGHT, []).of(looked(f"{HOST}/minutes/another.html"), None).sibling is None
    late = f"{AT + timedelta(days=15):%Y%m%dT%H%M%SZ}"
    assert Surrounder(ledger, late, []).of(looked(DOC), None).sibling is None, "what a host said goes stale"
    before = f"{AT - timedelta(days=1):%Y%m%dT%H%M%SZ}"
    assert Surrounder(ledger, before, []).of(looked(DOC), None).sibling is None, "a night knew what came after it"


def test_what_was_last_good_is_passed_on(ledger: Ledger) -> None:
    show(ledger, "sha256:aa", "k1", "A page")
    around = Surrounder(ledger, NIGHT, [])
    page = around.page_of(looked(DOC))
    assert around.of(looked(DOC), page).last_good is page
