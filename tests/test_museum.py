"""120 nights of every museum: no false death, refusals never dead, everything told in time, changes found.

Both museums are played side by side, once, for all tests; the whole score is printed where one of them fails.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, sync_playwright

from crawler.judge.rows import DEADS
from crawler.model import Verdict
from tests.museum.__main__ import play_all
from tests.museum.score import Delay, Score
from tests.museum.sheet import write_sheet
from tests.museum.truth import NAMES, Truth
from tests.pictures import FLAGS, find_chromium

pytestmark = [pytest.mark.proof, pytest.mark.timeout(1800)]

REFUSALS = (Truth.REFUSING, Truth.BLIND, Truth.CERTIFICATE)


@pytest.fixture(scope="module")
def houses(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the museums are played: archives and reports stay there."""
    return tmp_path_factory.mktemp("museum")


@pytest.fixture(scope="module")
def found(houses: Path) -> Score:
    """The score of all museums, 120 nights each."""
    scored = play_all(NAMES, houses)
    print(write_sheet(", ".join(NAMES), scored))
    return scored


def lines(rows: Iterable[object]) -> str:
    return "\n" + "\n".join(map(str, rows))


def late(found: Score, *truths: Truth) -> list[Delay]:
    return [delay for delay in found.late if not truths or delay.truth in truths]


def test_nothing_healthy_or_refusing_is_ever_called_dead(found: Score) -> None:
    assert found.link_nights >= 60 * 120
    assert not found.false_deaths, lines(found.false_deaths)


def test_refusals_and_what_cannot_be_judged_are_told_as_such(found: Score) -> None:
    assert not late(found, *REFUSALS), lines(late(found, *REFUSALS))


def test_true_deaths_are_told_on_the_night_of_the_table(found: Score) -> None:
    assert not late(found, Truth.DEAD), lines(late(found, Truth.DEAD))
    early = [one for one in found.violations if one.told in DEADS]
    assert not early, f"an editor would be told before it is known:{lines(early)}"


def test_takeovers_and_doubts_reach_a_person(found: Score) -> None:
    assert not late(found, Truth.HIJACKED, Truth.DOUBTFUL), lines(late(found, Truth.HIJACKED, Truth.DOUBTFUL))


def test_outages_moves_and_recoveries_are_told_in_time(found: Score) -> None:
    truths = (Truth.FAILING, Truth.MOVED, Truth.RETURNED, Truth.HEALTHY, Truth.OURS, Truth.EITHER)
    assert not late(found, *truths), lines(late(found, *truths))


def test_no_change_of_cited_evidence_is_missed(found: Score) -> None:
    assert found.cited
    assert not late(found, Truth.CITED), f"an editor would go on citing what is no longer there:{lines(found.cited)}"


def test_other_changes_are_told_in_time(found: Score) -> None:
    assert not late(found, Truth.CHANGED, Truth.REPLACED), lines(late(found, Truth.CHANGED, Truth.REPLACED))


@pytest.mark.parametrize("verdict", [Verdict.CHANGED, Verdict.REPLACED])
def test_what_is_called_changed_has_changed(found: Score, verdict: Verdict) -> None:
    wrong = [one for one in found.violations if one.told == verdict]
    assert found.figures[verdict].precision >= 0.95, f"an editor would be sent to look at noise:{lines(wrong)}"


def test_nothing_at_all_is_told_or_read_wrongly(found: Score) -> None:
    assert not found.violations, lines(found.violations)
    assert not found.misread, lines(found.misread)


# ---------------------------------------------------------------- what editors open after the worst night


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=find_chromium(), args=list(FLAGS))
        yield browser.new_page()
        browser.close()


def worst_night(reports: Path) -> Path:
    """The folder of the night on which most needed an editor."""
    told = [(path.parent, json.loads(path.read_text("utf-8"))) for path in sorted(reports.glob("2*/report.json"))]
    assert told, f"no report in {reports}"
    return max(told, key=lambda one: int(one[1]["counts"]["needs-you"]))[0]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_worst_night_can_be_read(found: Score, houses: Path, page: Page, name: str, language: str) -> None:
    assert found.link_nights
    folder = worst_night(houses / name / "reports")
    counts = json.loads((folder / "report.json").read_text("utf-8"))["counts"]
    assert counts["needs-you"], "that is no bad night"
    for width in (360, 768, 1280):
        page.set_viewport_size({"width": width, "height": 900})
        page.goto((folder / f"index.{language}.html").as_uri())
        assert page.evaluate("document.documentElement.scrollWidth") <= width, f"{folder.name} runs out at {width} px"
    for group, n in counts.items():
        shown = page.locator(f"section.group.{group} article")
        assert shown.count() == n, f"{group}: the page shows {shown.count()} rows and the report has {n}"
    for link in page.eval_on_selector_all("a[href]", "all => all.map(a => a.getAttribute('href'))"):
        path, _, anchor = str(link).partition("#")
        if "://" not in link and path:
            assert (folder / path).exists(), f"{folder.name}: {link} leads nowhere"
        elif "://" not in link:
            assert page.locator(f"[id='{anchor}']").count() == 1, f"{folder.name}: nothing is at {link}"
