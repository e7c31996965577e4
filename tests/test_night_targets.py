"""What an editor says of a target, over nights: typed, taken back, asked now; and what the configuration excludes."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing, redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from crawler.cli import main
from crawler.clock import Clock
from crawler.config import Config
from crawler.errors import UsageError
from crawler.ledger.ledger import Ledger
from crawler.model import Citation, Document, Kind, Wrapper
from crawler.night.lock import night_lock
from crawler.night.settle import known_targets, settle
from crawler.night.targets import take_back, type_target
from tests.house import House, toml
from tests.test_ledger import citation, night
from tests.test_night_privacy import spellings
from tests.warcs import everything_in, records_of
from tests.web.answers import Behaviour, NotFound, Page
from tests.web.log import Served
from tests.web.redirects import Redirect
from tests.web.server import FakeWeb
from tests.web.sites import Site, robots

# A made-up recipient, of the shape of real ones.
SIGNATURE = "5ec2e70d15ea5e0fbadc0ffee0ddf00d"
USER = "b0a710ad1337c0de8badf00dcafed00d"
MUSEUM, GARDEN = "https://museum.example.org", "https://garden.example.org"
WHY = "从邮件中点开，得到的就是这一页"


def link(key: int) -> str:
    return f"https://un.mdrtor.com/track/link/key/{key}/signature/{SIGNATURE}/userid/{USER}"


def path(key: int) -> str:
    return link(key).removeprefix("https://un.mdrtor.com")


LEADS: dict[str, Behaviour] = {
    path(1): Redirect(f"{path(1)}/step"),
    f"{path(1)}/step": Redirect(f"{MUSEUM}/exhibit?mc_eid={USER}&utm_source=mail"),
    path(2): NotFound(),
    path(3): Redirect(f"https://banned.example.org/page?mc_eid={USER}"),
    path(4): Redirect(f"{MUSEUM}/exhibit"),
}
PAGES: dict[str, Behaviour] = {"/exhibit": Page("An exhibit", "zh"), "/hall": Page("The hall", "zh")}

LETTER = f"""\
 园林通讯最新进展

展览开幕

博物馆的新展览本周开幕，介绍见邮件中的链接，欢迎各位读者前往参观，馆内有讲解。

{link(1)}
{link(1)}


目录更新

这是另一页上的说明文字，目录也已更新，读者可以按链接查看，也可以去馆里索取。

{link(2)}


退订

若不愿再收到本通讯，可以点下面的链接退订，之后不会再收到任何一期的邮件。

https://garden.us1.list-manage.com/unsubscribe?u=0a1b2c3d4e5f&id=0a1b2c3d4e&e={USER}


旧址

园林的旧网页已经停用，读者若有疑问，可以写信给编辑部，地址见下，也可以来访。

{GARDEN}/old
editor@garden.example.org
https://un.mdrtor.com/track/link/key/9/signature/[redacted]/userid/[redacted]
"""


@pytest.fixture(scope="module")
def web() -> Iterator[FakeWeb]:
    tracker = Site("un.mdrtor.com", LEADS, robots=robots("Disallow: /track/"))
    garden = Site("garden.example.org", {"/new": Page("The garden", "zh")})
    with FakeWeb([tracker, Site("museum.example.org", PAGES), garden]) as fake:
        yield fake


class Story:
    """A house whose editor intervenes between three nights; every command's words are kept."""

    def __init__(self, folder: Path, web: FakeWeb) -> None:
        self.house, self.web, self.words = House(folder, web, unwrap="never"), web, ""
        (self.house.seeds / "letter.txt").write_text(LETTER, "utf-8")
        self.night(0)
        self.ids: dict[str, str] = {row["printed"]: row["id"] for row in self.house.report(0)["citations"]}
        self.sent: dict[str, list[str]] = {}
        self.ran: dict[str, tuple[int, str]] = {}

    def night(self, number: int) -> None:
        ran = self.house.night(number, "-v")
        assert ran.status in (0, 1), ran.log[-2000:]
        self.words += ran.said + ran.log

    def id_of(self, part: str) -> str:
        return next(value for printed, value in self.ids.items() if part in printed)

    def command(self, label: str, *words: str) -> None:
        """Run `evercite target …` in this process: a process of its own would cost half a second each."""
        before, said = len(self.web.log), StringIO()
        house = self.house
        places = ["--archive", str(house.archive), "--config", str(house.folder / "evercite.toml")]
        seeds = ["--seeds", str(house.seeds)] if words[0] == "resolve" and "--seeds" not in words else []
        with pytest.MonkeyPatch.context() as patch, redirect_stdout(said), redirect_stderr(said):
            patch.setenv("SSL_CERT_FILE", str(self.web.ca_file))
            status = main(["target", *words, *places, *seeds])
        self.words += said.getvalue()
        self.ran[label] = status, said.getvalue()
        self.sent[label] = [served.uri for served in list(self.web.log)[before:]]

    def row(self, number: int, part: str) -> dict[str, Any]:
        rows = self.house.report(number)["citations"]
        found: dict[str, Any] = next(row for row in rows if row["id"] == self.id_of(part))
        return found


@pytest.fixture(scope="module")
def story(web: FakeWeb, tmp_path_factory: pytest.TempPathFactory) -> Story:
    story = Story(tmp_path_factory.mktemp("house"), web)
    story.command("unknown id", "resolve", "0123456789ab")
    story.command("no tracker", "resolve", story.id_of("/old"))
    story.command("opt-out", "resolve", story.id_of("list-manage"))
    story.command("redacted", "resolve", story.id_of("key/9"))
    story.command("elsewhere", "resolve", story.id_of("key/2"), "--seeds", str(story.house.folder / "evercite.toml"))
    story.command("resolved", "resolve", story.id_of("key/1"))
    story.command("again", "resolve", story.id_of("key/1"))
    story.command("led nowhere", "resolve", story.id_of("key/2"))
    story.command("set page", "set", story.id_of("/old"), f"{GARDEN}/new?utm_source=x", "--why", WHY)
    story.command("set tracker", "set", story.id_of("key/1"), f"{MUSEUM}/hall", "--why", f"see {link(1)}")
    with night_lock(story.house.archive):
        story.command("locked", "set", story.id_of("/old"), GARDEN, "--why", WHY)
    story.night(1)
    story.command("unset page", "unset", story.id_of("/old"), "--why", "改回")
    story.command("unset tracker", "unset", story.id_of("key/1"), "--why", "was another hall")
    story.command("show tracker", "show", story.id_of("key/1"))
    story.command("show page", "show", story.id_of("/old"))
    story.night(2)
    return story


def test_before_anybody_intervenes_the_trackers_are_unknown(story: Story) -> None:
    assert story.row(0, "key/1")["outcome"] == "target-unknown"
    assert "unwrap" in story.row(0, "key/1")["evidence"]["en"]


@pytest.mark.parametrize(
    ("label", "status", "words"),
    [
        ("unknown id", 3, "evercite cite"),
        ("no tracker", 3, f"no tracking link; it leads to {GARDEN}/old"),
        ("opt-out", 3, "opting out"),
        ("redacted", 3, "blacked out in its document"),
        ("elsewhere", 3, "--seeds"),
        ("resolved", 0, f"{MUSEUM}/exhibit;"),
        ("again", 0, "not asked again"),
        ("led nowhere", 1, "status 404"),
        ("locked", 75, "another night"),
    ],
)
def test_each_case_has_its_status_and_one_sentence(story: Story, label: str, status: int, words: str) -> None:
    ran, said = story.ran[label]
    assert (ran, len(said.strip().splitlines())) == (status, 1), said
    assert words in said
    if label not in ("resolved", "led nowhere"):
        assert story.sent[label] == [], f"{label}: somebody was asked"


def test_an_editors_asking_goes_past_robots_and_keeps_the_rest(story: Story, web: FakeWeb) -> None:
    assert story.sent["resolved"] == [link(1), f"{link(1)}/step"], "robots.txt or the target itself was asked"
    served = [one for one in web.log if one.uri.startswith(link(1))]
    for one in served:
        head = one.request.lower()
        assert b"referer" not in head
        assert b"cookie" not in head
        assert b"user-agent: evercite/" in head
    assert not [record.uri for record in records_of(story.house.archive) if "/track/link/" in record.uri]
    with closing(sqlite3.connect(story.house.archive / "ledger.sqlite3")) as db:
        rows = db.execute("SELECT night, answer FROM tracker_attempts ORDER BY rowid").fetchall()
    assert [(row[0], json.loads(row[1])["answer"]) for row in rows] == [(None, "resolved"), (None, "status 404")]


def test_a_typed_target_is_fetched_and_said_to_be_typed(story: Story) -> None:
    page, tracker = story.row(1, "/old"), story.row(1, "key/1")
    assert (page["uri"], page["outcome"]) == (f"{GARDEN}/new", "ok")
    assert (tracker["uri"], tracker["outcome"]) == (f"{MUSEUM}/hall", "ok"), "what the hop found beat the editor"
    assert tracker["hops"][0]["uri"] == f"{MUSEUM}/hall", "the hops of another target are told"
    note = page["notes"][0]
    assert note["rule"] == "target-typed"
    assert WHY in note["en"]
    assert WHY in note["zh"]
    pages = (story.house.reports / f"{story.house.now(1):%Y%m%dT%H%M%SZ}" / "index.html").read_text("utf-8")
    assert f"填写了实际指向：{WHY}" in pages


def test_taken_back_it_is_what_was_known_before(story: Story) -> None:
    page, tracker = story.row(2, "/old"), story.row(2, "key/1")
    assert (page["uri"], page["outcome"], page["notes"]) == (f"{GARDEN}/old", "not-found", [])
    assert (tracker["uri"], tracker["notes"]) == (f"{MUSEUM}/exhibit", [])
    assert [hop["status"] for hop in tracker["hops"]] == [302, 302, 200]


def test_show_tells_who_said_what_and_when(story: Story) -> None:
    status, tracker = story.ran["show tracker"]
    assert status == 0
    assert f"target    {MUSEUM}/exhibit" in tracker
    assert tracker.count("\ntyped ") == 2
    assert "taken back: was another hall" in tracker
    assert "by an editor: resolved" in tracker
    assert "the next night reads it anew" in story.ran["show page"][1]


@pytest.mark.parametrize("secret", [SIGNATURE, USER])
def test_nothing_kept_or_said_names_the_subscriber(story: Story, secret: str) -> None:
    kept = {f"archive/{name}": data for name, data in everything_in(story.house.archive).items()}
    kept |= {f"reports/{name}": data for name, data in everything_in(story.house.reports).items()}
    kept["standard output and error"] = story.words.encode()
    with closing(sqlite3.connect(story.house.archive / "ledger.sqlite3")) as db:
        kept["ledger cells"] = "\n".join(db.iterdump()).encode()
    found = [name for name, data in kept.items() for spelling in spellings(secret) if spelling in data]
    assert found == [], f"the subscriber can be identified from {sorted(set(found))}"


# ---------------------------------------------------------------- what may be typed


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    ledger = Ledger.open(tmp_path / "ledger.sqlite3")
    ledger.begin_night(night(), "{}")
    shared = Wrapper("s" * 64, "https://t.example/[redacted]", "mdrtor", True, "")
    cited = [
        citation(),
        citation(id="a" * 12, kind=Kind.TRACKER, uri=None, urlkey=None, wrapper=shared),
        citation(id="b" * 12, kind=Kind.TRACKER, uri=None, urlkey=None, wrapper=shared),
        citation(id="c" * 12, kind=Kind.MAIL, uri=None, urlkey=None, printed="w***@garden.example.org"),
    ]
    ledger.record_seeds(night().id, [Document("briefing.txt", "b", "d1")], cited, [])
    return ledger


def settled(ledger: Ledger) -> dict[str, Citation]:
    return {one.id: one for one in settle(ledger.citations_of(night().id), known_targets(ledger, Config()))}


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        (link(7), "itself a tracking link"),
        ("https://un.mdrtor.com/track/link/key/7/signature/[redacted]/userid/[redacted]", "tracking link"),
        (f"{GARDEN}/member/jane@example.org/a", "names a recipient"),
        ("jane@example.org", "no web address"),
        ("mailto:jane@example.org", "no web address"),
        ("ftp://garden.example.org/a", "no web address"),
        ("javascript:alert(1)", "no web address"),
        ("园林的新网页", "no web address"),
        ("", "no web address"),
        ("http://", "no web address"),
        ("www.example.org/a", "neither http nor https"),
        (f"{GARDEN}/a?x=[redacted]", "blacked out"),
        ("\udcff", "no web address"),
    ],
)
def test_what_is_no_target_is_refused_in_one_sentence(ledger: Ledger, typed: str, words: str) -> None:
    with pytest.raises(UsageError, match=words) as refused:
        type_target(ledger, citation().id, typed, "why", Clock())
    assert USER not in str(refused.value)
    assert "jane" not in str(refused.value)
    assert ledger.overrides() == {}


@pytest.mark.parametrize(
    ("typed", "uri"),
    [
        (f"{GARDEN}/a?utm_source=x&id=1#top", f"{GARDEN}/a?id=1"),
        (f"{GARDEN}/a?mc_eid={USER}", f"{GARDEN}/a"),
        ("http:garden.example.org/a", "http://garden.example.org/a"),
        (f"https://www.google.com/url?q={GARDEN}/b&sa=D", f"{GARDEN}/b"),
    ],
)
def test_what_is_typed_is_cleaned_and_opened(ledger: Ledger, typed: str, uri: str) -> None:
    assert type_target(ledger, citation().id, typed, "why", Clock()) == uri
    assert settled(ledger)[citation().id].uri == uri


def test_a_trackers_typed_target_is_that_of_all_its_citations(ledger: Ledger) -> None:
    type_target(ledger, "a" * 12, f"{GARDEN}/a", "one", Clock())
    assert [settled(ledger)[name * 12].uri for name in "ab"] == [f"{GARDEN}/a"] * 2
    type_target(ledger, "b" * 12, f"{GARDEN}/b", "two", Clock())
    assert [settled(ledger)[name * 12].uri for name in "ab"] == [f"{GARDEN}/b"] * 2
    take_back(ledger, "a" * 12, "neither", Clock())
    assert [settled(ledger)[name * 12].uri for name in "ab"] == [None] * 2
    assert [typed.why for typed in ledger.overrides_of("s" * 64)] == ["one", "two", "neither"], (
        "an editor's word is lost"
    )


def test_a_typed_target_mends_what_was_malformed(ledger: Ledger) -> None:
    broken = citation(id="d" * 12, uri=None, urlkey=None, kind=Kind.OTHER)
    ledger.record_seeds(night().id, [Document("briefing.txt", "b", "d1")], [broken], [])
    type_target(ledger, broken.id, f"{GARDEN}/plan.pdf", "why", Clock())
    mended = settled(ledger)[broken.id]
    assert (mended.uri, mended.defect, mended.kind) == (f"{GARDEN}/plan.pdf", None, Kind.FILE)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("f" * 12, GARDEN, "why"), "evercite cite"),
        (("c" * 12, GARDEN, "why"), "e-mail address"),
        ((citation().id, GARDEN, " \n "), "--why is empty"),
    ],
)
def test_a_slip_of_the_editor_gets_one_sentence(ledger: Ledger, words: tuple[str, str, str], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        type_target(ledger, *words, Clock())
    with pytest.raises(UsageError, match="no typed target"):
        take_back(ledger, citation().id, "why", Clock())


def test_what_an_editor_writes_names_nobody(ledger: Ledger) -> None:
    type_target(ledger, citation().id, GARDEN, f"  jane@example.org\nclicked {link(1)} ", Clock())
    why = ledger.overrides()[citation().id].why
    assert (
        why == "j***@example.org clicked https://un.mdrtor.com/track/link/key/1/signature/[redacted]/userid/[redacted]"
    )


# ---------------------------------------------------------------- exclusions

REASON = "法务部门要求不访问"
MIXED = f"""\
 排除的例子最新进展

几条链接

第一条 https://banned.example.org/direct 是直接引用的，第二条 {MUSEUM}/moved 会跳转到那里。

第三条见{MUSEUM}/exhibit附件，第四条 {MUSEUM}/%252Fdrafts/1 是草稿，都只作说明之用。

{link(3)}
{link(4)}
"""


@pytest.fixture(scope="module")
def excluding(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[dict[str, Any], list[Served], str]]:
    """The report, the exchanges and the page of a night that may not go to banned.example.org, drafts and so on."""
    museum: dict[str, Behaviour] = {**PAGES, "/moved": Redirect("https://banned.example.org/moved", 301)}
    banned = Site("banned.example.org", otherwise=Page("Not for us"))
    patterns = (r"^https://banned\.example\.org/", r"/key/4/", "%E9%99%84", "/%2Fdrafts")
    with FakeWeb([Site("un.mdrtor.com", LEADS), Site("museum.example.org", museum), banned]) as web:
        house = House(tmp_path_factory.mktemp("house"), web)
        with (house.folder / "evercite.toml").open("a", encoding="utf-8") as file:
            file.writelines(f"[[exclude]]\npattern = {toml(pattern)}\nwhy = {toml(REASON)}\n" for pattern in patterns)
        (house.seeds / "mixed.txt").write_text(MIXED, "utf-8")
        ran = house.night(0)
        assert ran.status in (0, 1), ran.log[-2000:]
        yield ran.report, list(web.log), (house.reports / "latest" / "index.html").read_text("utf-8")


@pytest.mark.parametrize(
    ("printed", "outcome"),
    [
        ("https://banned.example.org/direct", "not-checked"),
        (f"{MUSEUM}/moved", "not-checked"),
        (link(3).replace(SIGNATURE, "[redacted]").replace(USER, "[redacted]"), "not-checked"),
        (link(4).replace(SIGNATURE, "[redacted]").replace(USER, "[redacted]"), "target-unknown"),
    ],
)
def test_an_excluded_row_says_so_with_its_reason(excluding: Any, printed: str, outcome: str) -> None:
    report, _, page = excluding
    row = next(row for row in report["citations"] if row["printed"] == printed)
    assert row["outcome"] == outcome
    assert REASON in row["evidence"]["en"]
    assert f"按配置不{'访问' if outcome == 'target-unknown' else '检查'}：{REASON}。" in row["evidence"]["zh"]
    assert page.count(REASON) >= 4


def test_nothing_excluded_is_ever_asked(excluding: Any) -> None:
    report, log, _ = excluding
    asked = [served.uri for served in log]
    assert {f"{MUSEUM}/exhibit", f"{MUSEUM}/%252Fdrafts/1", f"{MUSEUM}/moved"} <= set(asked)
    unwanted = ("banned", "/%2Fdrafts", "/key/4/", "%E9%99%84")
    assert not [uri for uri in asked if any(part in uri for part in unwanted)]
    draft = next(row for row in report["citations"] if row["printed"] == f"{MUSEUM}/%252Fdrafts/1")
    assert (draft["outcome"], draft["offer"]) == ("not-found", None), "what may not be asked is offered"


def test_what_was_not_checked_is_told_by_its_reason(excluding: Any) -> None:
    lines = excluding[0]["unchecked"]
    assert {"en": f"Excluded by the configuration: {REASON}. (3)", "zh": f"3 条：按配置不检查：{REASON}。"} in lines
    told = [line for line in lines if "跟踪链接" in line["zh"]]
    assert len(told) == 1
    assert REASON in told[0]["en"]
    assert REASON in told[0]["zh"]
