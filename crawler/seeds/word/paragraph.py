"""What a walk through a Word document makes: paragraphs of pieces, the links above them, the notes they refer to."""

from __future__ import annotations

from dataclasses import dataclass, field

from lxml import etree

from crawler.seeds.html.hrefs import read_href
from crawler.seeds.package.names import q
from crawler.seeds.word.styles import Look

NoteKey = tuple[str, str]  # footnote, endnote or comment, and its w:id
NOTES = {q(f"w:{kind}Reference"): kind for kind in ("footnote", "endnote", "comment")}


@dataclass(eq=False, slots=True)
class Link:
    """One link element or field; two of them are two even where they point at the same uri."""

    uri: str


@dataclass(frozen=True, slots=True)
class Piece:
    """Text of one look under one link, or under none."""

    text: str
    link: Link | None
    look: Look
    is_picture: bool = False


@dataclass(eq=False, slots=True)
class Paragraph:
    """A paragraph: `number` counts from 1 in its part; `level` is its own outline level, before its style's.

    `notes` are the notes and comments it refers to, each with the offset in its text.
    `row` tells the rows of all tables apart; it is that of the innermost table.
    `row` tells the rows of all tables apart; it is that of the innermost table.
    `cited_in` is where a note's own paragraph is referred to.
    """

    part: str | None
    number: int
    style: str | None = None
    level: int | None = None
    pieces: list[Piece] = field(default_factory=list)
    notes: list[tuple[NoteKey, int]] = field(default_factory=list)
    cited_in: tuple[Paragraph, int] | None = None
    is_body: bool = False
    row: int | None = None

    length: int = 0

    def add(self, piece: Piece) -> None:
        """Add text at the end."""
        self.pieces.append(piece)
        self.length += len(piece.text)

    @property
    def text(self) -> str:
        """The text of all pieces."""
        return "".join(piece.text for piece in self.pieces)


@dataclass(slots=True)
class Story:
    """The paragraphs of a story in order, and the notes that only deleted text refers to."""

    paragraphs: list[Paragraph]
    deleted: set[NoteKey]


def link_to(href: str) -> Link | None:
    """A link to what can be cited; anything else is plain text."""
    uri = read_href(href)
    return Link(uri) if uri else None


def note_key(element: etree._Element) -> NoteKey | None:
    """Which note or comment a reference in the text names."""
    id_ = element.get(q("w:id"))
    return (NOTES[str(element.tag)], id_) if id_ else None
