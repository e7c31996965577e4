"""What documents are called over nights: stories of files that move, and who keeps which name."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.model import KnownNames
from crawler.seeds.names import name_documents

# A night: the files of each document, in the order they are found, and the name each must have.
Night = list[tuple[str, str]]

STORIES: list[tuple[str, list[Night]]] = [
    ("a file that stays", [[("a.txt:1", "a")], [("a.txt:1", "a")]]),
    ("a file corrected in place", [[("a.txt:1", "a")], [("a.txt:2", "a")]]),
    ("a file renamed, then corrected", [[("a.txt:1", "a")], [("b.txt:1", "a")], [("b.txt:2", "a")]]),
    (
        "a name used again for a new issue",
        [[("brief.txt:1", "brief")], [("may.txt:1", "brief")], [("brief.txt:2", "brief~2"), ("may.txt:1", "brief")]],
    ),
    (
        "the same, found the other way round",
        [[("b.txt:1", "b")], [("a.txt:1", "b")], [("a.txt:1", "b"), ("b.txt:2", "b~2")]],
    ),
    (
        "two files swapped, swapped back, one corrected",
        [
            [("a.txt:1", "a"), ("b.txt:2", "b")],
            [("a.txt:2", "b"), ("b.txt:1", "a")],
            [("a.txt:1", "a"), ("b.txt:2", "b")],
            [("a.txt:3", "a"), ("b.txt:2", "b")],
        ],
    ),
    (
        "two folders with one file name, given in the other order",
        [[("l.txt:1", "l"), ("l.txt:2", "l~2")], [("l.txt:2", "l~2"), ("l.txt:1", "l")], [("l.txt:2", "l~2")]],
    ),
    (
        "a copy of the old bytes beside the corrected original",
        [[("b.txt:1", "b")], [("a.txt:1", "b"), ("b.txt:2", "b~2")]],
    ),
    ("two formats of one document", [[("a.pdf:1 a.txt:2", "a")], [("a.txt:2", "a")], [("a.docx:3 a.txt:2", "a")]]),
    (
        "a document of two files that is parted again",
        [[("b.html:1 a.md:2", "b")], [("a.md:2", "a"), ("b.html:1", "b")]],
    ),
    ("a document that comes back", [[("a.txt:1", "a")], [], [("a.txt:1", "a")]]),
]


@dataclass
class Book:
    """What the nights so far recorded, as the ledger keeps it: the newest last."""

    rows: list[tuple[str, str, str]] = field(default_factory=list)

    def known(self) -> KnownNames:
        by_digest: dict[str, list[str]] = {}
        by_path: dict[str, list[str]] = {}
        for path, digest, name in self.rows:
            by_digest.setdefault(digest, []).append(name)
            by_path.setdefault(path, []).insert(0, name)
        first = {(path, digest): name for path, digest, name in reversed(self.rows)}
        return KnownNames(
            first,
            {digest: tuple(dict.fromkeys(names)) for digest, names in by_digest.items()},
            {path: tuple(dict.fromkeys(names)) for path, names in by_path.items()},
        )

    def night(self, documents: list[str]) -> list[str]:
        files = [[(one.rpartition(":")[0], one.rpartition(":")[2]) for one in row.split()] for row in documents]
        names = name_documents(files, self.known())
        self.rows += [(*file, name) for row, name in zip(files, names, strict=True) for file in row]
        return names


@pytest.mark.parametrize(("story", "nights"), STORIES, ids=[story for story, _ in STORIES])
def test_a_document_keeps_its_name(story: str, nights: list[Night]) -> None:
    book = Book()
    for night in nights:
        names = book.night([files for files, _ in night])
        assert names == [name for _, name in night], f"{story}: ids, typed targets and history would change hands"


@given(st.lists(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("123")), unique=True), max_size=5))
def test_no_two_documents_of_a_night_have_one_name(nights: list[list[tuple[str, str]]]) -> None:
    book = Book()
    for night in nights:
        names = book.night([f"{path}.txt:{digest}" for path, digest in night])
        assert len(set(names)) == len(names), "two citations would share an id"


@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("123")), unique=True))
def test_what_does_not_change_keeps_its_name_in_any_order(night: list[tuple[str, str]]) -> None:
    documents = [f"{path}.txt:{digest}" for path, digest in night]
    book = Book()
    first = dict(zip(documents, book.night(documents), strict=True))
    again = dict(zip(documents[::-1], book.night(documents[::-1]), strict=True))
    assert again == first, "another order of folders would move an editor's work to another document"
