"""What a night's report of ten thousand citations costs: written, painted, filtered and searched.

Rules:
- The rows are made up, the same on every run: long texts in Chinese, strips of 14 nights, one row in eight something
  to act on, watch, judge by hand or compare; every ninth target is cited more than once.
- Painted means all of it: the document is loaded, and two frames were drawn after that. A search waits 150 ms for the
  next key; that is counted.
"""

from __future__ import annotations

import random
import statistics
import tempfile
import time
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from bench.measure import machine
from bench.page import Section, bound, notes, table
from crawler.model import (
    Capture,
    Citation,
    Copy,
    DateSource,
    Evidence,
    Group,
    Issued,
    Kind,
    Outcome,
    RecordType,
    Standing,
    Verdict,
)
from crawler.reports.health import HealthReport, build_report
from crawler.reports.render_html import render_html
from crawler.reports.rows import STRIP_NIGHTS, Cell, Row
from tests.pictures import FLAGS, find_chromium

CITATIONS = 10_000
PER_DOCUMENT = 40
LOADS = 3
NOW = datetime(2026, 11, 22, 18, 5, tzinfo=UTC)
MOST_WRITTEN_S, MOST_PAINTED_S, MOST_FILTERED_S = 10, 2, 0.5
_PHRASES = (
    "循环经济与气候行动的年度综述",
    "公共采购中的可持续性标准",
    "面向城市的废弃物管理工具",
    "建筑材料的碳排放核算方法",
    "小型企业参与绿色供应链的案例",
)
# How the rows stand: of a hundred, how many have a verdict, and what their last nights showed.
_STANDINGS = (
    (86, Verdict.OK, Group.FINE, Outcome.OK),
    (2, Verdict.DEAD, Group.NEEDS_YOU, Outcome.NOT_FOUND),
    (1, Verdict.OK_MOVED, Group.NEEDS_YOU, Outcome.OK_MOVED),
    (3, Verdict.UNREACHABLE, Group.WATCHING, Outcome.TIMEOUT),
    (4, Verdict.BLOCKED, Group.CANNOT_JUDGE, Outcome.BLOCKED),
    (2, Verdict.CHANGED, Group.CHANGED, Outcome.OK),
    (1, Verdict.HUMAN_OK, Group.HANDLED, Outcome.BLOCKED),
    (1, Verdict.NOT_CHECKED, Group.NOT_CHECKED, Outcome.NOT_CHECKED),
)


def measured(scale: float) -> Section:
    """Write a report in both languages, and open one in a browser."""
    report = make_report(max(100, int(CITATIONS * scale)))
    with tempfile.TemporaryDirectory() as place:
        written_s, files = _write(report, Path(place))
        painted = _paint(files[0])
        size = sum(file.stat().st_size for file in files) / len(files)
    return Section("The night's report", _told(report, written_s, painted, size))


# ---------------------------------------------------------------- the rows


def make_report(number: int) -> HealthReport:
    """A night of so many citations."""
    chance = random.Random(number)
    return build_report(
        night_id=f"{NOW:%Y%m%dT%H%M%SZ}",
        now=NOW,
        simulated=True,
        valid=True,
        invalid_reason=None,
        unreadable=[],
        rules_version="1",
        timezone="Asia/Shanghai",
        rows=[_row(n, chance) for n in range(number)],
    )


def _row(n: int, chance: random.Random) -> Row:
    _, verdict, group, outcome = chance.choices(_STANDINGS, [one[0] for one in _STANDINGS])[0]
    cited = _citation(n, chance)
    nights = chance.randint(2, 12) if group is not Group.FINE else 0
    said = Evidence(str(verdict), f"So on {nights} nights.", f"已连续 {nights} 晚如此。")
    row = Row(
        cited,
        outcome,
        Standing(verdict, group, NOW - timedelta(days=chance.randint(0, 400)), nights, said),
        Evidence(str(outcome), f"It answered: {outcome}.", f"应答：{outcome}。"),
        cited.uri if verdict is not Verdict.OK_MOVED else f"{cited.uri}/moved",
        strip=_strip(outcome, chance),
        changed_since_last_night=chance.random() < 0.01,
        previous=Verdict.OK,
    )
    return _with_copy(row, n) if chance.random() < 0.9 else row


def _citation(n: int, chance: random.Random) -> Citation:
    document = n // PER_DOCUMENT
    target = n if n % 9 else n // 2
    uri = f"https://www.host{target % 400}.example/library/{target}/report-on-sustainable-procurement?lang=zh"
    before, after = ("".join(chance.choices(_PHRASES, k=chance.randint(2, 14))) for _ in range(2))
    return Citation(
        id=f"{n:012x}",
        document=f"简报/{2005 + document // 12}年第{document % 12 + 1}期.docx",
        sha256="00" * 32,
        ordinal=n % PER_DOCUMENT + 1,
        fragments=1,
        page=1,
        lines=(n % PER_DOCUMENT,),
        start=0,
        end=0,
        printed=uri,
        anchor=None,
        context=f"{before}（{uri}）{after}",
        kind=Kind.PAGE,
        uri=uri,
        urlkey=None,
        section=("政策动态", "资源与工具", "各地实践", "会议与培训")[n % 4],
        item=f"{chance.choice(_PHRASES)}：{chance.choice(_PHRASES)}（{n}）",
        issued=Issued(f"{2005 + document // 12}-{document % 12 + 1:02}", DateSource.FILE_NAME),
    )


def _strip(last: Outcome, chance: random.Random) -> tuple[Cell, ...]:
    failing = chance.randint(0, STRIP_NIGHTS) if last is not Outcome.OK else chance.random() < 0.1
    outcomes = [Outcome.OK] * (STRIP_NIGHTS - failing) + [Outcome.TIMEOUT if last is Outcome.OK else last] * failing
    ids = (f"{NOW - timedelta(days=STRIP_NIGHTS - 1 - n):%Y%m%dT%H%M%SZ}" for n in range(STRIP_NIGHTS))
    return tuple(Cell(night, outcome) for night, outcome in zip(ids, outcomes, strict=True))


def _with_copy(row: Row, n: int) -> Row:
    at = NOW - timedelta(days=n % 900)
    held = Capture(
        urlkey="",
        timestamp=f"{at:%Y%m%d%H%M%S}000",
        uri=row.citation.uri or "",
        mime="text/html",
        status=200,
        digest=f"sha256:{n:064x}",
        filename="a.warc.gz",
        offset=0,
        length=1,
        record_id=f"<urn:uuid:{n}>",
        record_type=RecordType.RESPONSE,
        seen_at=at,
        night=f"{at:%Y%m%dT%H%M%SZ}",
    )
    why = Evidence("nearest", "The good copy nearest the issue date.", "距出刊日期最近的正常存档。")
    return replace(row, copies=(held,), copy=Copy(held, why, n % 900), copy_href=f"../copies/{n:064x}.html")


# ---------------------------------------------------------------- writing and painting


def _write(report: HealthReport, folder: Path) -> tuple[list[float], list[Path]]:
    """The CPU seconds of each language, and the files."""
    costs, files = [], []
    for language in ("zh", "en"):
        begun = time.process_time()
        page = render_html(report, language)
        costs.append(time.process_time() - begun)
        files.append(folder / f"index.{language}.html")
        files[-1].write_text(page, "utf-8")
    return costs, files


@dataclass(frozen=True, slots=True)
class Painted:
    """What a browser took, in seconds: until something stood there, until everything did, and to filter and search."""

    first_s: float
    whole_s: float
    unfolded_s: float
    filtered_s: float
    searched_s: float
    again_s: float
    elements: int


def _paint(file: Path) -> Painted:
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=find_chromium(), args=list(FLAGS))
        found = [_open(browser, file) for _ in range(LOADS)]
        browser.close()
    return Painted(*(statistics.median(values) for values in zip(*found, strict=True)))


def _open(browser: Browser, file: Path) -> tuple[float, ...]:
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.goto(file.as_uri(), wait_until="load")
    first, whole, elements = page.evaluate(_WHOLE)
    acts = [page.evaluate(_ACT, act) for act in _ACTS]
    _see_filtered(page)
    page.close()
    return (first / 1000, whole / 1000, *(took / 1000 for took in acts), elements)


def _see_filtered(page: Page) -> None:
    """Raises RuntimeError where the acts that were timed filtered nothing."""
    if not page.locator("#filters [role=status]").inner_text():
        raise RuntimeError("nothing was filtered: what was timed is not a filter")


_WHOLE = """() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done([
    performance.getEntriesByName("first-contentful-paint")[0].startTime,
    performance.now(),
    document.getElementsByTagName("*").length,
]))))"""
# An act, until the filters have answered to it and two frames were drawn.
_ACT = """async ([name, value]) => {
    const began = performance.now();
    const frames = () => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)));
    if (name === "fold") document.querySelector("details.fold").open = true;
    else {
        const field = document.querySelector(`#filters [name=${name}]`);
        const answered = new Promise(done => new MutationObserver(done).observe(
            document.querySelector("#filters [role=status]"), { childList: true }));
        field.value = value;
        field.dispatchEvent(new Event("input", { bubbles: true }));
        await answered;
    }
    await frames();
    return performance.now() - began;
}"""
_ACTS = (("fold", ""), ("verdict", "needs-you"), ("words", "碳排放"), ("words", "碳排放核算 案例"))


# ---------------------------------------------------------------- what is told


def _told(report: HealthReport, written_s: list[float], painted: Painted, size: float) -> str:
    begin = (
        f"`python -m bench reports`, {machine()}. {len(report.rows):,} citations in {len(report.documents)} documents,"
        f" {size / 2**20:.1f} MB and {painted.elements:,.0f} elements a page; Chromium, the median of {LOADS} loads."
    )
    rows = [
        ["written in Chinese, CPU", f"{written_s[0]:.2f}"],
        ["written in both languages, CPU", f"{sum(written_s):.2f}"],
        ["first painted", f"{painted.first_s:.2f}"],
        ["painted whole", f"{painted.whole_s:.2f}"],
        ["the fine rows unfolded", f"{painted.unfolded_s:.2f}"],
        ["filtered by verdict", f"{painted.filtered_s:.2f}"],
        ["searched for the first time", f"{painted.searched_s:.2f}"],
        ["searched again", f"{painted.again_s:.2f}"],
    ]
    judged = [
        bound("Written in one language", written_s[0], MOST_WRITTEN_S, " s of CPU"),
        bound("Written in both", sum(written_s), MOST_WRITTEN_S, " s of CPU"),
        bound("Painted whole", painted.whole_s, MOST_PAINTED_S, " s"),
        bound("Filtered", painted.filtered_s, MOST_FILTERED_S, " s"),
    ]
    return "\n\n".join([begin, table(["", "seconds"], rows), notes(judged)])
