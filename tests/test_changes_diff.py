"""The whole difference of two texts: put together it gives the later text, and it ends in time whatever they hold."""

from __future__ import annotations

import random
import string
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.changes.align import GAP_PAIRS, align, matches
from crawler.changes.diff import diff, fold, later
from crawler.changes.learning import learn
from crawler.changes.passages import passages
from crawler.changes.skeletons import Skeletons
from crawler.model import Line, Mark

OLD = """Boats on loan
The library lends boats to whoever can swim.
Applications close on 5 March 2026 at noon.
申报截止日期为2026年3月5日，逾期不予受理。
One.
Two.
Three.
Four."""
QUICK = settings(max_examples=60, deadline=None)
WORDS = st.sampled_from(["boat", "library", "the", "3月5日", "果园", "树苗。", "5 March", "1.2", "…", "ropes."])
LINES = st.lists(WORDS, min_size=1, max_size=6).map(" ".join)
TEXTS = st.lists(LINES, max_size=9).map("\n".join)
NUMBERS = st.lists(st.integers(0, 5), max_size=14)


def drawn(lines: Sequence[Line]) -> str:
    """A difference as plain text: signs, `[-so-]` and `{+so+}`."""
    signs = {Mark.SAME: " ", Mark.BEFORE: "-", Mark.AFTER: "+"}
    marks = {Mark.SAME: ("", ""), Mark.BEFORE: ("[-", "-]"), Mark.AFTER: ("{+", "+}")}
    rows = []
    for line in lines:
        if line.mark is Mark.FOLDED:
            rows.append(f"…{line.n}")
        else:
            rows.append(signs[line.mark] + "".join(text.join(marks[mark]) for mark, text in line.pieces))
    return "\n".join(rows)


def test_words_are_marked_in_a_line_and_characters_in_a_line_of_han() -> None:
    new = OLD.replace("5 March", "12 March").replace("3月5日", "4月15日")
    assert drawn(fold(diff(OLD, new))) == "\n".join(
        [
            "…1",
            " The library lends boats to whoever can swim.",
            "-Applications close on [-5-] March 2026 at noon.",
            "+Applications close on {+12+} March 2026 at noon.",
            "-申报截止日期为2026年[-3月5-]日，逾期不予受理。",
            "+申报截止日期为2026年{+4月15+}日，逾期不予受理。",
            " One.",
            "…3",
        ]
    )


def test_a_line_that_moved_is_shown_once_where_it_stands_now() -> None:
    lines = OLD.split("\n")
    found = diff(OLD, "\n".join([*lines[2:], *lines[:2]]))
    assert {line.mark for line in found} == {Mark.SAME}


def test_lines_put_in_and_taken_out_are_whole() -> None:
    found = drawn(diff("One.\nTwo.", "One.\nTwo.\nA boat was found in the reading room."))
    assert found == " One.\n Two.\n+{+A boat was found in the reading room.+}"
    assert drawn(diff("One.\nA boat was found.", "One.")) == " One.\n-[-A boat was found.-]"


def test_what_is_volatile_is_equal_and_shown_as_it_is_now() -> None:
    said = "So far {n} readers have signed the list."
    learned = learn([Skeletons(passages(f"{OLD}\n{said.format(n=n)}")) for n in range(100, 600, 100)])
    found = diff(f"{OLD}\n{said.format(n=100)}", f"{OLD}\n{said.format(n=700)}", learned=learned)
    assert {line.mark for line in found} == {Mark.SAME}
    assert found[-1].text == "So far 700 readers have signed the list."


@QUICK
@given(TEXTS, TEXTS)
def test_put_together_it_is_the_later_text(old: str, new: str) -> None:
    found = diff(old, new)
    assert later(found) == [line for line in new.split("\n") if line]
    kept = [line.text for line in found if line.mark is Mark.BEFORE]
    assert all(line in old.split("\n") for line in kept), "a line is told as taken out that never stood there"


@QUICK
@given(TEXTS)
def test_a_text_differs_in_nothing_from_itself(text: str) -> None:
    assert {line.mark for line in diff(text, text)} <= {Mark.SAME}


@QUICK
@given(TEXTS, TEXTS, st.integers(0, 3))
def test_folding_hides_equal_lines_only(old: str, new: str, around: int) -> None:
    found = diff(old, new)
    folded = fold(found, around)
    assert [line for line in folded if line.mark in (Mark.BEFORE, Mark.AFTER)] == [
        line for line in found if line.mark in (Mark.BEFORE, Mark.AFTER)
    ]
    assert sum(line.n or 1 for line in folded) == len(found)


@QUICK
@given(NUMBERS, NUMBERS)
def test_blocks_cover_both_sequences(old: list[int], new: list[int]) -> None:
    blocks = align(old, new)
    assert [n for b in blocks for n in old[b.a : b.b]] == old
    assert [n for b in blocks for n in new[b.c : b.d]] == new
    assert all(old[b.a : b.b] == new[b.c : b.d] for b in blocks if b.equal)


def noise(characters: int, seed: int, alphabet: str = string.ascii_lowercase + " ") -> str:
    """A text of chance."""
    chance = random.Random(seed)
    return "".join(chance.choices(alphabet, k=characters))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (noise(200_000, 1), noise(200_000, 2)),
        (noise(60_000, 1, "abc d\n"), noise(60_000, 2, "abc d\n")),
        ("a " * 40_000, "b a " * 20_000),
        (noise(40_000, 1, "果园树苗。"), noise(40_000, 2, "果园树苗。")),
    ],
    ids=["words", "short lines", "one word", "Han"],
)
def test_texts_without_anything_in_common_end_in_time(old: str, new: str) -> None:
    # The test's own time limit is what they would meet otherwise.
    assert later(diff(old, new)) == [" ".join(line.split()) for line in new.split("\n") if line.strip()]


def test_what_is_searched_item_by_item_is_bounded() -> None:
    side = int(GAP_PAIRS**0.5) + 1
    assert matches([2, 0, 1] * side, [3, 1, 0] * side) == [], "a gap without anything single in it is searched"
    assert matches([2, 0, 1], [3, 1, 0]) != []
