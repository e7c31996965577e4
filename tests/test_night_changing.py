"""Which nights of a target show another state: baselines, acceptances, samples, drift, whole sites."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from html import escape
from pathlib import Path

import pytest

from crawler.config import Config
from crawler.judge.rows import GOOD
from crawler.ledger.judgements import Entry
from crawler.ledger.ledger import Ledger
from crawler.model import (
    Acceptance,
    Beside,
    Change,
    Citation,
    Content,
    Coverage,
    DateSource,
    Evidence,
    Hop,
    Issued,
    Kind,
    Night,
    Observation,
    Outcome,
    Reading,
    SideLook,
)
from crawler.night.changing import Changing, ending_of
from crawler.night.shown import shown_of
from crawler.pages.sight import Body, read_sight

FIRST = datetime(2026, 3, 1, 2, tzinfo=UTC)
PAGE = "https://library.example.org/opening"
Begin = Callable[[list[Citation]], "Story"]
WHY = Evidence("ok", "fine", "正常")

BEGINNING = """The harbour library lends boats to everybody who can swim across the basin and back without a rest.
Whoever wants one fills in a form at the counter, shows a card, and is told the rules about wind and weather.
A boat is kept for three hours at most; who comes back late pays for a new coat of paint in spring."""
DEADLINE = "Applications for the summer close on 5 May 2026, and late ones are kept for autumn."
END = """The boats were built by the school's workshop from timber of the old pier, which fell in a storm.
Each has the name of a reader who returned every book in time for twenty years running.
The council pays for ropes and paint; the readers pay for lemonade on the day of the regatta."""


def page_of(*paragraphs: str, title: str = "Boats on loan", footer: str = "") -> bytes:
    """A page with these paragraphs (lines of them) as its text."""
    lines = [line for paragraph in paragraphs for line in paragraph.splitlines()]
    body = "".join(f"<p>{escape(line)}</p>" for line in [*lines, *([footer] if footer else [])])
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title></head>'
        f"<body><main><article><h1>{title}</h1>{body}</article></main></body></html>"
    ).encode()


ORDINARY = page_of(BEGINNING, DEADLINE, END)
POSTPONED = page_of(BEGINNING, DEADLINE.replace("5 May", "12 June"), END)


def citation(uri: str, context: str = "", issued: str | None = None) -> Citation:
    """A citation of a page; `issued` is its document's day of issue."""
    return Citation(
        id=hashlib.sha256(uri.encode()).hexdigest()[:12],
        document="letter.txt",
        sha256="0" * 64,
        ordinal=1,
        fragments=1,
        page=None,
        lines=(1,),
        start=0,
        end=1,
        printed=uri,
        anchor=None,
        context=context,
        kind=Kind.PAGE,
        uri=uri,
        urlkey=uri,
        section=None,
        item=None,
        issued=Issued(issued, DateSource.TEXT) if issued else None,
    )


@dataclass
class Story:
    """Nights of some pages, in a ledger: every night begins with nothing in memory but the ledger."""

    ledger: Ledger
    citations: Sequence[Citation]
    night: int = 0
    told: list[tuple[Observation, Outcome, Change | None, str | None]] = field(default_factory=list)

    def observe(
        self,
        uri: str,
        page: bytes,
        record_id: str,
        media_type: str = "text/html",
        coverage: Coverage = Coverage.COMPLETE,
        final_uri: str | None = None,
    ) -> Observation:
        """An answer of 200, its payload read."""
        digest = "sha256:" + hashlib.sha256(page).hexdigest()
        body = Body(page, media_type, "", uri, self.at.date())
        looked = read_sight(body)
        shown = shown_of(body, looked.sight if looked.text is None else None)
        self.ledger.store_sight(shown.sight, shown.text or "", "test")
        self.ledger.link_payload((digest, media_type), shown.sight.key, "test")
        hop = Hop(final_uri or uri, 200, None, record_id=record_id)
        return Observation(self.id, uri, self.at, (hop,), Content(media_type, len(page), digest, coverage))

    @property
    def at(self) -> datetime:
        """When tonight began."""
        return FIRST + timedelta(days=self.night)

    @property
    def id(self) -> str:
        """Tonight's id."""
        return f"{self.at:%Y%m%dT%H%M%SZ}"

    def play(
        self,
        pages: dict[str, bytes],
        outcome: Outcome = Outcome.OK,
        coverage: Coverage = Coverage.COMPLETE,
        final_uri: str | None = None,
    ) -> dict[str, Change | None]:
        """Play a night; what changed by uri."""
        night = Night(self.id, self.at, simulated=True)
        self.ledger.begin_night(night, "{}")
        self.ledger.record_seeds(self.id, [], self.citations, [])
        seen = [
            self.observe(uri, page, f"<urn:{self.night}:{uri}>", coverage=coverage, final_uri=final_uri)
            for uri, page in sorted(pages.items())
        ]
        self.ledger.add_observations(seen)
        changing = Changing(self.ledger, self.citations, Config())
        entries = []
        for one in seen:
            course = changing.course_until(one.uri, self.id)
            change = course.add(ending_of(one) if outcome in GOOD else None)
            entries.append(Entry(one.uri, Reading(outcome, WHY), one, change, course.baseline))
            self.told.append((one, outcome, change, course.baseline))
        self.ledger.enter(night, entries, "1")
        self.night += 1
        return {entry.subject: entry.change for entry in entries}

    def judge_anew(self) -> None:
        """Go through all nights again in one go: everything is found as the nights found it."""
        changing = Changing(self.ledger, self.citations, Config())
        courses = {one.uri: changing.course_of(one.uri) for one, *_ in self.told}
        for one, outcome, change, baseline in self.told:
            again = courses[one.uri].add(ending_of(one) if outcome in GOOD else None)
            assert again == change, f"judged anew, night {one.night} says something else of {one.uri}"
            assert courses[one.uri].baseline == baseline

    def play_each(self, *pages: bytes, uri: str = PAGE) -> list[Change | None]:
        """Play a page a night; what changed."""
        return [self.play({uri: page})[uri] for page in pages]

    def accept(self, uri: str = PAGE) -> None:
        """An editor accepts what the last night showed."""
        at = self.at - timedelta(hours=12)
        record_id = f"<urn:{self.night - 1}:{uri}>"
        self.ledger.accept(Acceptance(uri, "0" * 12, record_id, "Ada", at))

    def sample(self, page: bytes, uri: str = PAGE) -> None:
        """A second look at what the last night saw."""
        self.night -= 1
        seen = self.observe(uri, page, f"<urn:sample:{self.night}>")
        self.ledger.add_side_looks([SideLook(Beside.SAMPLE, uri, seen)])
        self.night += 1


@pytest.fixture
def stories(tmp_path: Path) -> Iterator[Begin]:
    """Begins stories; at the end of the test each is judged anew."""
    begun: list[Story] = []

    def begin(citations: list[Citation]) -> Story:
        begun.append(Story(Ledger.open(tmp_path / f"{len(begun)}.sqlite3"), citations))
        return begun[-1]

    yield begin
    for story in begun:
        story.judge_anew()


@pytest.fixture
def story(stories: Begin) -> Story:
    """An empty story about one cited page."""
    return stories([citation(PAGE, "港口图书馆可借船，申请截止日期为2026年5月5日")])


def states(found: Sequence[Change | None]) -> list[int | None]:
    """States as numbers, in order of their first night; None for no change."""
    numbers: dict[str, int] = {}
    return [None if one is None else numbers.setdefault(one.state, len(numbers)) for one in found]


def test_a_page_that_stays_is_told_on_no_night(story: Story) -> None:
    assert story.play_each(*[ORDINARY] * 4) == [None] * 4


def test_a_deadline_changed_once_is_one_state_from_then_on(story: Story) -> None:
    found = story.play_each(ORDINARY, ORDINARY, *[POSTPONED] * 5)
    assert states(found) == [None, None, 0, 0, 0, 0, 0], "an editor would never hear of the deadline"
    assert not any(one and one.replaced for one in found)


def test_a_page_that_comes_back_is_no_change_any_more(story: Story) -> None:
    assert states(story.play_each(ORDINARY, POSTPONED, POSTPONED, ORDINARY)) == [None, 0, 0, None]


def test_nights_that_are_not_good_are_compared_with_nothing(story: Story) -> None:
    story.play({PAGE: ORDINARY})
    for outcome in (Outcome.BLOCKED, Outcome.SOFT_404, Outcome.CONSENT, Outcome.LOGIN, Outcome.JS_SHELL):
        assert story.play({PAGE: POSTPONED}, outcome) == {PAGE: None}, f"{outcome} was taken for a state"
    assert story.play({PAGE: ORDINARY}) == {PAGE: None}


def test_what_was_cut_short_is_compared_with_nothing(story: Story) -> None:
    story.play({PAGE: ORDINARY})
    assert story.play({PAGE: POSTPONED}, coverage=Coverage.CUT_BY_US) == {PAGE: None}
    assert states(story.play_each(POSTPONED, POSTPONED)) == [0, 0]


def test_an_accepted_state_decides_from_then_on(story: Story) -> None:
    other = page_of(BEGINNING, "No boats are lent this summer.", END)
    assert states(story.play_each(ORDINARY, POSTPONED, POSTPONED)) == [None, 0, 0]
    story.accept()
    assert story.play_each(POSTPONED, POSTPONED) == [None, None], "what an editor accepted is told again"
    assert states(story.play_each(other, other)) == [0, 0]
    assert states(story.play_each(ORDINARY)) == [0], "the page went back behind what was accepted, and nobody heard"


def test_the_baseline_is_the_capture_nearest_the_day_of_issue(stories: Begin) -> None:
    story = stories([citation(PAGE, issued="2026-03-04")])
    found = story.play_each(ORDINARY, ORDINARY, POSTPONED, POSTPONED, POSTPONED, ORDINARY)
    assert states(found)[:5] == [None] * 5, "compared with what stood there long before the briefing was written"
    assert found[5] is not None, "compared with what the author never saw"


def test_of_two_documents_the_older_one_decides(stories: Begin) -> None:
    cited = [citation(PAGE, issued="2026-03-20"), citation(PAGE, issued="2026-03-01")]
    story = stories(cited)
    assert states(story.play_each(ORDINARY, POSTPONED, POSTPONED)) == [None, 0, 0]


def test_a_drift_that_moves_every_night_is_one_state(story: Story) -> None:
    lines = [*BEGINNING.splitlines(), DEADLINE, *END.splitlines()]
    pages = [page_of("\n".join(lines))]
    for n in range(6):
        lines[n] = lines[n].replace(" the ", " every ", 1).replace(" is ", " was ").replace(" on ", " upon ")
        pages.append(page_of("\n".join(lines)))
    found = story.play_each(*pages)
    assert set(states(found)[1:]) == {0}, "a slow drift is another state every night, and never told"


def test_a_box_that_nobody_knows_is_learned_and_hides_nothing_else(story: Story) -> None:
    boxes = [
        "Rent a tandem by the hour at the old pier.",
        "Season tickets for the tram are half the price.",
        "Learn to mend a clock in a single evening.",
        "Fresh bread until noon, and cake after it.",
        "Visit the lighthouse when the light is off.",
        "The choir looks for tenors who can count.",
    ]
    nightly = [page_of(BEGINNING, boxes[n % 6], DEADLINE, END) for n in range(8)]
    found = story.play_each(*nightly)
    assert len({one.state for one in found if one}) == sum(one is not None for one in found), (
        "told as one lasting change"
    )
    assert found[4:] == [None] * 4, "a box that differs every night is no change once it was learned"
    changed = [page_of(BEGINNING, boxes[n % 6], DEADLINE.replace("5 May", "12 June"), END) for n in range(8, 11)]
    assert states(story.play_each(*changed)) == [0, 0, 0], "the box hides the deadline beside it"


def test_a_counter_in_a_sentence_is_learned_to_the_figure(story: Story) -> None:
    said = "So far {n} readers have signed the list that lies open until 9 April 2026 in the hall."
    found = story.play_each(*[page_of(BEGINNING, said.format(n=310 + 7 * n), END) for n in range(7)])
    assert found[4:] == [None] * 3
    moved = [page_of(BEGINNING, said.replace("9 April", "30 April").format(n=400 + n), END) for n in range(3)]
    assert states(story.play_each(*moved)) == [0, 0, 0], "the learned counter hides the date in its sentence"


def test_a_second_sample_teaches_on_the_first_night(story: Story) -> None:
    said = "Number {n} in the queue is being served at the counter by the window right now."
    story.play({PAGE: page_of(BEGINNING, said.format(n=31), DEADLINE, END)})
    story.sample(page_of(BEGINNING, said.format(n=32), DEADLINE, END))
    later = [page_of(BEGINNING, said.format(n=40 + n), DEADLINE, END) for n in range(3)]
    assert story.play_each(*later) == [None] * 3, "the sample taught nothing"
    changed = page_of(BEGINNING, said.format(n=90), DEADLINE.replace("5 May", "12 June"), END)
    assert states(story.play_each(changed, changed)) == [0, 0]


def test_a_change_once_for_all_is_not_learned_away(story: Story) -> None:
    found = story.play_each(ORDINARY, *[POSTPONED] * 12)
    assert states(found)[1:] == [0] * 12


def test_a_notice_on_every_page_of_a_site_is_no_pages_own_change(stories: Begin) -> None:
    uris = [f"https://library.example.org/{name}" for name in ("boats", "books", "bells", "brooms")]
    story = stories([citation(uri) for uri in uris])
    texts = {uri: [f"{line} ({uri[-5:]})" for line in [*BEGINNING.splitlines(), *END.splitlines()]] for uri in uris}
    notice = "Our counters are closed on the first Monday of the month; the letter box is open."

    def pages(footer: str, *own: str) -> dict[str, bytes]:
        changed = {uri: ["The boats are sold.", *lines[1:]] if uri in own else lines for uri, lines in texts.items()}
        return {uri: page_of("\n".join(lines), footer=footer) for uri, lines in changed.items()}

    story.play(pages(""))
    for _ in range(2):
        assert not any(story.play(pages(notice)).values()), "one notice is told once for every page"
    found = story.play(pages(notice, uris[0]))
    assert found[uris[0]] is not None, "a page's own change is lost among its site's"
    assert not any(found[uri] for uri in uris[1:])


def test_two_pages_are_not_yet_a_site(stories: Begin) -> None:
    uris = ["https://a.example.org/one", "https://a.example.org/two", "https://a.example.org/three"]
    story = stories([citation(uri) for uri in uris])
    story.play(dict.fromkeys(uris, ORDINARY))
    found = story.play({uris[0]: POSTPONED, uris[1]: POSTPONED, uris[2]: ORDINARY})
    assert found[uris[0]]
    assert found[uris[1]]


def test_missing_evidence_is_a_pages_own_even_when_all_pages_lose_it(stories: Begin) -> None:
    uris = [f"https://a.example.org/{n}" for n in range(4)]
    story = stories([citation(uris[0], "It closes on 5 May 2026."), *map(citation, uris[1:])])
    story.play(dict.fromkeys(uris, ORDINARY))
    found = story.play(dict.fromkeys(uris, POSTPONED))
    assert found[uris[0]] is not None
    assert not any(found[uri] for uri in uris[1:])


def test_a_home_page_is_told_only_when_it_is_another_one(stories: Begin) -> None:
    home = "https://library.example.org/"
    story = stories([citation(home, "")])
    news = page_of("The choir sings on the pier tonight.\nThe bell has been cast anew.\n" + END)
    renamed = page_of("All boats are for sale at the counter.\n" + DEADLINE, title="Nautical bargains")
    assert story.play_each(ORDINARY, news, news, uri=home) == [None] * 3
    assert all(story.play_each(renamed, renamed, uri=home))


def test_another_text_from_another_domain_is_a_hijack(story: Story) -> None:
    wagers = page_of(*[f"Place wager number {n} on the horses of the {n}th race and win a holiday." for n in range(12)])
    story.play({PAGE: ORDINARY})
    found = story.play({PAGE: wagers}, final_uri="https://wagers.example.com/")[PAGE]
    assert found == Change(found.state if found else "", replaced=True, other_domain=True)


def test_what_was_found_is_kept(stories: Begin) -> None:
    story = stories([citation(PAGE)])
    story.play_each(ORDINARY, POSTPONED, POSTPONED)
    kept = story.ledger._rows("SELECT data FROM differences")
    assert len(kept) > 0, "every night compares again what was compared"
    assert "12 June 2026" in kept[0]["data"]


def test_a_ledger_that_cannot_be_written_is_compared_all_the_same(stories: Begin, tmp_path: Path) -> None:
    story = stories([citation(PAGE)])
    story.play_each(ORDINARY, POSTPONED)
    reader = Ledger(_read_only(tmp_path / "0.sqlite3"), tmp_path / "0.sqlite3")
    course = Changing(reader, [citation(PAGE, "other words")], Config()).course_until(PAGE, "~")
    compared = course.compared()
    assert compared is not None
    assert compared.difference.facts[0].after == "12 June 2026"


def _read_only(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, isolation_level=None)
    connection.row_factory = sqlite3.Row
    return connection
