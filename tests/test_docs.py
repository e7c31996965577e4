"""What the documentation says is held against the project: files, commands, tables, words that must not appear."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from crawler.cli import main
from crawler.fetch.hops import KEPT_FIELDS
from crawler.judge.outcome import FIELDS_READ
from tests import reference
from tests.house import ROOT

ROOMS = ("crawler", "tests", "seeds", "docs", "bin")
PAGES = [ROOT / "README.md", ROOT / "README.zh-CN.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").rglob("*.md")]


def test_the_verdict_page_is_what_the_tables_say() -> None:
    shown = reference.PAGE.read_text("utf-8")
    assert shown == reference.render(), "docs/verdicts.md lags behind crawler/judge; run `make docs`"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.name))
def test_every_link_of_a_page_leads_somewhere(page: Path) -> None:
    links = re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text("utf-8"))
    assert not [link for link in links if not (page.parent / link).exists()]


def test_every_file_the_tour_names_is_there_and_every_room_is_in_the_tour() -> None:
    tour = (ROOT / "docs" / "tour.md").read_text("utf-8")
    named = set(re.findall(r"`((?:[a-z0-9_]+/)?[a-z0-9_]+\.(?:py|toml))`", tour))
    known = {str(path.relative_to(ROOT / "crawler")) for path in (ROOT / "crawler").rglob("*.*")}
    names = known | {path.rpartition("/")[2] for path in known}
    assert named <= names, f"the tour names what is not there: {named - names}"
    rooms = {path.name for path in (ROOT / "crawler").iterdir() if path.is_dir() and path.name != "__pycache__"}
    assert not [room for room in rooms if f"`{room}/`" not in tour]


@pytest.mark.parametrize("page", ["README.md", "README.zh-CN.md"])
def test_every_command_of_the_readme_exists(page: str, capsys: pytest.CaptureFixture[str]) -> None:
    text = (ROOT / page).read_text("utf-8")
    for command in set(re.findall(r"evercite ((?:archive )?[a-z]+)", text)):
        assert main([*command.split(), "--help"]) == 0, f"README shows `evercite {command}`, which is not there"
    targets = set(re.findall(r"make ([a-z]+)", text))
    makefile = (ROOT / "Makefile").read_text("utf-8")
    assert not [target for target in targets if f"\n{target}:" not in makefile]
    capsys.readouterr()


def test_both_readmes_have_the_same_shape() -> None:
    shapes = [
        re.findall(r"^(#+|```|\|)", (ROOT / page).read_text("utf-8"), re.MULTILINE)
        for page in ("README.md", "README.zh-CN.md")
    ]
    assert shapes[0] == shapes[1], "one of the two languages lags behind"


def test_every_runtime_dependency_has_its_reason() -> None:
    project = (ROOT / "pyproject.toml").read_text("utf-8")
    listed = project.partition("dependencies = [")[2].partition("]")[0]
    names = re.findall(r'"([A-Za-z][A-Za-z0-9_.-]*?)(?:[<>=;]|")', listed)
    reasons = (ROOT / "docs" / "decisions" / "002-dependencies.md").read_text("utf-8")
    table = [row for row in reasons.splitlines() if row.startswith("|")]
    assert len(names) > 10
    assert not [name for name in names if not any(re.search(rf"\b{re.escape(name)}\b", row) for row in table)]


def test_the_pins_name_no_index_and_cover_every_dependency() -> None:
    pins = (ROOT / "constraints.txt").read_text("utf-8")
    assert not re.search(r"https?:|--|file:", pins)
    pinned = {line.partition("==")[0].lower().replace("_", "-") for line in pins.splitlines()}
    assert {"scrapy", "setuptools", "trafilatura", "sqlite-utils", "tenacity", "warcio", "lxml-html-clean"} <= pinned


def test_what_the_outcome_rules_read_is_kept_with_each_hop() -> None:
    assert FIELDS_READ <= KEPT_FIELDS, "a wall would be taken for a dead page"


@pytest.mark.skipif("EVERCITE_BRIEFINGS" not in os.environ, reason="the real briefings are not at hand")
def test_no_real_subscriber_and_no_prose_of_the_briefings_is_in_the_repository() -> None:
    briefings = [p.read_text("utf-8") for p in Path(os.environ["EVERCITE_BRIEFINGS"]).glob("*.txt")]
    secrets = {value for text in briefings for value in re.findall(r"(?:signature|userid)/([0-9a-f]{32})", text)}
    mails = {value for text in briefings for value in re.findall(r"[\w.]+@[\w.]+", text)}
    prose = {line.strip() for text in briefings for line in text.splitlines() if len(line.strip()) > 30}
    prose = {line for line in prose if "http" not in line and "www." not in line}
    assert secrets
    assert mails
    assert prose
    paths = [*ROOT.glob("*"), *(path for room in ROOMS for path in (ROOT / room).rglob("*"))]
    texts = {path: path.read_bytes().decode("utf-8", "ignore") for path in paths if path.is_file()}
    assert len(texts) > 100
    found = {str(path) for path, text in texts.items() if any(value in text for value in secrets | mails | prose)}
    assert found == set(), f"{found} carry what must stay out of the repository"
