"""Two looks at one page → what an editor is told: tests/cases/changes.toml, and what holds of any two texts."""

from __future__ import annotations

import tomllib
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.changes.cited import cited_by
from crawler.changes.compare import compare
from crawler.changes.learned import Learned
from crawler.changes.learning import learn
from crawler.changes.noise import without_noise
from crawler.changes.passages import passages
from crawler.changes.skeletons import Skeletons
from crawler.model import Difference, FactChange, Layer, PageChange, Shown, Sight, SightKind, TextClass

CASES: dict[str, Any] = tomllib.loads(Path(__file__).with_name("cases").joinpath("changes.toml").read_text("utf-8"))
TEXTS: dict[str, str] = {name: text.strip() for name, text in CASES["texts"].items()}
PAIRS: list[dict[str, Any]] = CASES["pair"]
URI = "https://venn.example.org/calls/orchards"
THEN, NOW = datetime(2026, 2, 1, 2, tzinfo=UTC), datetime(2026, 2, 10, 2, tzinfo=UTC)
NOT_TOLD = {Layer.PAYLOAD, Layer.TARGET, Layer.DOWNLOADS}


def edited(text: str, edits: list[list[str]]) -> str:
    """The text after edits, each of which must find its place."""
    for before, after in edits:
        assert before in text, f"{before!r} stands nowhere"
        text = text.replace(before, after)
    return text


def texts_of(pair: dict[str, Any]) -> tuple[str, str]:
    """The older text and the newer one."""
    base = edited(TEXTS.get(pair.get("of", ""), ""), pair.get("before", []))
    new = pair.get("new_text") or (TEXTS[pair["new"]] if "new" in pair else edited(base, pair.get("edit", [])))
    lines = new.split("\n")
    if "swap" in pair:
        one, other = pair["swap"]
        lines[one], lines[other] = lines[other], lines[one]
    lines = lines[: pair.get("keep")]
    old = [*pair.get("above_old", []), base, *pair.get("behind_old", [])]
    return "\n".join(old), "\n".join([*pair.get("above", []), *lines, *pair.get("behind", [])])


def shown(text: str, at: datetime = NOW, uri: str = URI, digest: str = "", **sight: Any) -> Shown:
    """A capture that shows a text."""
    kind = SightKind(sight.pop("kind", "html"))
    fields: dict[str, Any] = {"opening": text[:2000], "title": "A page"} | sight
    if kind is SightKind.PDF:
        pages = [page.strip() for page in text.split("\f")]
        fields |= {"page_count": len(pages), "part_digests": tuple(f"{hash(page)}" for page in pages)}
    key = f"{kind} {digest} {hash(text)} {sorted(sight.items())}"
    return Shown(f"<urn:{at}>", at, uri, digest or f"{hash(key)}", Sight(key, kind, **fields), text)


def looks_of(pair: dict[str, Any]) -> tuple[Shown, Shown]:
    """Both looks of a pair."""
    old, new = texts_of(pair)
    fields = {
        name: (pair.get(f"{name}_old", ""), pair.get(name, pair.get(f"{name}_old", "")))
        for name in ("published", "modified")
    }
    names = {"hash": "perceptual_hash"}
    sides: list[Shown] = []
    for n, text in enumerate((old, new)):
        sight = {name: values[n] for name, values in fields.items()}
        for name in ("title", "headings", "hash"):
            value = pair.get(name if n else f"{name}_old", pair.get(f"{name}_old"))
            if value is not None:
                sight[names.get(name, name)] = tuple(value) if isinstance(value, list) else value
        if n and "downloads" in pair:
            sight["downloads"] = tuple(("form", uri) for uri in pair["downloads"])
        uri = pair.get("uri" if n else "uri_old", URI)
        digest = pair.get("digest", "") if n else ""
        sides.append(shown(text, NOW if n else THEN, uri, digest, kind=pair.get("kind", "html"), **sight))
    return sides[0], sides[1]


def told(fact: FactChange) -> str:
    """A fact as the table has it."""
    return f"{fact.kind}: {fact.before or 'nothing'} → {fact.after or 'nothing'}"


def told_page(page: PageChange) -> str:
    """Pages as the table has them."""
    before, after = ("-".join(map(str, pages)) if pages else "nothing" for pages in (page.before, page.after))
    return f"{before} → {after}"


def difference_of(pair: dict[str, Any]) -> Difference:
    """What is found for a pair."""
    old, new = looks_of(pair)
    cited = cited_by([(pair.get("context", ""), pair.get("fragment"))])
    return compare(old, new, cited)


def test_there_are_enough_pairs() -> None:
    assert len(PAIRS) >= 60
    assert len({pair["name"] for pair in PAIRS}) == len(PAIRS)


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: pair["name"])
def test_a_pair(pair: dict[str, Any]) -> None:
    found = difference_of(pair)
    lines = "\n".join(f"{before!r} → {after!r}" for before, after in found.excerpt)
    assert str(found.text_class) == pair["class"], f"jaccard {found.jaccard}, kept {found.containment}\n{lines}"
    assert list(found.cited_missing) == pair.get("missing", []), "evidence lost unnoticed, or missed that stands"
    if "facts" in pair:
        assert sorted(map(told, found.facts)) == sorted(pair["facts"])
    if "pages" in pair:
        assert list(map(told_page, found.pages)) == pair["pages"]
    wanted = set(map(Layer, pair.get("layers", [])))
    assert wanted <= set(found.layers)
    matters = pair["class"] != "same" or bool(wanted - NOT_TOLD)
    assert found.matters is matters, f"an editor hears {'nothing' if matters else 'something'}: {found.layers}\n{lines}"
    assert found.other_domain is pair.get("other_domain", False)
    assert found.listing is pair.get("listing", False)


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: pair["name"])
def test_a_look_differs_in_nothing_from_itself(pair: dict[str, Any]) -> None:
    for look in looks_of(pair):
        found = compare(look, look, cited_by([(pair.get("context", ""), pair.get("fragment"))]))
        assert found.text_class is TextClass.SAME
        assert found.layers == ()
        assert found.cited_missing == ()
        assert found.importance == 0


def importance(name: str, context: str = "") -> int:
    """How important a pair of the table is found, under another context."""
    pair = next(pair for pair in PAIRS if pair["name"] == name)
    return difference_of(pair | {"context": context or pair.get("context", "")}).importance


def test_what_editors_care_about_comes_first() -> None:
    order = [
        importance("the domain is somebody else's"),
        importance("one deadline"),
        importance("another article of the site"),
        importance("one deadline", "nothing"),
        importance("title only"),
        importance("a list of news shows other news"),
        importance("one word", "nothing"),
        importance("a new domain with the same text"),
    ]
    assert order == sorted(order, reverse=True), order
    assert importance("one word", "five botanists") > importance("one word", "nothing"), "the briefing's words weigh"


def test_the_line_that_says_most_comes_first() -> None:
    found = difference_of(next(pair for pair in PAIRS if pair["name"] == "a deadline in a page full of noise"))
    before, after = found.excerpt[0]
    assert "5 March 2026" in before
    assert "12 March 2026" in after


# ---------------------------------------------------------------- what holds of any text

CHARACTERS = st.sampled_from("abc DE.,!? \n\f1239-–/年月日元万树果园。；评论\u00ad\u3000▒%€é我\ud800"[:-1])
WORDS = st.sampled_from([
    "the", "of", "orchard", "5", "March", "2026", "2026-03-05", "EUR", "300", "1.2", "million", "120万元", "3月5日",
    "ISO", "20400", "果园", "树苗。", "closes.", "Late!", "35%", "(", ")", "-", "#", "|", "阅读", "12", "Views:", "ago",
])  # fmt: skip
LINES = st.lists(WORDS, min_size=1, max_size=9).map(" ".join)
ANY_TEXT = st.one_of(st.text(CHARACTERS, max_size=200), st.lists(LINES, max_size=8).map("\n".join))
QUICK = settings(max_examples=60, deadline=None)


@QUICK
@given(ANY_TEXT)
def test_any_text_is_the_same_as_itself(text: str) -> None:
    assert compare(shown(text, THEN), shown(text)).layers == ()


@QUICK
@given(ANY_TEXT, ANY_TEXT)
def test_any_two_texts_compare_without_a_fault(old: str, new: str) -> None:
    found = compare(shown(old, THEN), shown(new), cited_by([(old, None)]))
    assert 0 <= found.jaccard <= 1
    assert 0 <= found.containment <= 1
    assert (found.text_class is TextClass.SAME) is not bool({Layer.TEXT, Layer.BINARY} & set(found.layers)), found
    assert bool(found.parts) is (found.text_class is not TextClass.SAME)


@QUICK
@given(st.lists(LINES, min_size=1, max_size=8), st.randoms(use_true_random=False))
def test_moved_lines_are_the_same(lines: list[str], chance: Any) -> None:
    moved = [f"{line}." for line in lines]
    old = "\n".join(moved)
    chance.shuffle(moved)
    found = compare(shown(old, THEN, title="Same"), shown("\n".join(moved), title="Same"))
    assert found.text_class is TextClass.SAME, found.excerpt


@QUICK
@given(st.integers(0, 9), st.dates(date(2024, 1, 1), date(2027, 12, 31)))
def test_a_learned_counter_hides_no_date(n: int, day: Any) -> None:
    said = "Registered until {day}: {n} readers of the library, who will hear from us by letter."
    captures = [Skeletons(passages(said.format(n=100 + 7 * k, day="2028-01-01"))) for k in range(5)]
    learned = learn(captures)
    assert learned.facts, "the counter was not learned"
    hidden = [p.key for p in learned.hide(passages(said.format(n=500 + n, day=day.isoformat())))]
    assert day.isoformat() in hidden[0]
    assert f"{500 + n}" not in hidden[0]


@QUICK
@given(st.lists(LINES, min_size=3, max_size=6, unique=True))
def test_what_nobody_taught_is_hidden_from_nobody(lines: list[str]) -> None:
    found = without_noise(passages("\n".join(lines)))
    assert Learned().hide(found) == found
    assert learn([Skeletons(found)] * 8).name == ""
