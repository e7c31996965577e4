"""What differs between two good captures of one target."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from crawler.model.sight import Sight


class TextClass(StrEnum):
    """How much of a text is another one; `uncompared` where one of the two has none."""

    SAME = "same"
    TRUNCATED = "truncated"
    MINOR = "minor"
    EDITED = "edited"
    REWRITTEN = "rewritten"
    REPLACED = "replaced"
    LANGUAGE = "language"
    UNCOMPARED = "uncompared"


class Layer(StrEnum):
    """What of a capture may differ (docs: verdicts, layers L0 to L8)."""

    PAYLOAD = "payload"
    TARGET = "target"
    HEADING = "heading"
    TEXT = "text"
    EVIDENCE = "evidence"
    DOWNLOADS = "downloads"
    PDF = "pdf"
    IMAGE = "image"
    BINARY = "binary"


@dataclass(frozen=True, slots=True)
class Shown:
    """A good capture as it is compared: where its chain ended, its payload's digest, what it shows, its main text."""

    record_id: str
    seen_at: datetime
    final_uri: str
    digest: str
    sight: Sight
    text: str


@dataclass(frozen=True, slots=True)
class FactChange:
    """A key fact that is another one now: `kind` is date, number, money, standard, title, edition or cited."""

    kind: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class PageChange:
    """Pages of a PDF that are other ones now, as ranges (first, last) from 1; None where pages were put in or taken
    out."""

    before: tuple[int, int] | None
    after: tuple[int, int] | None


@dataclass(frozen=True, slots=True)
class Difference:
    """How a capture differs from a baseline. `state` names what is shown now, volatile parts left out: the same name
    means the same state. `layers` are those that differ. `importance` is 0 to 100 and more, for sorting; `excerpt`
    are pairs of lines (before, after), the most telling first. `parts` name each thing that is seen of it now (see
    changes.parts); `listing` where the page is a home page or lists others."""

    text_class: TextClass
    state: str
    jaccard: float = 1.0
    containment: float = 1.0
    layers: tuple[Layer, ...] = ()
    facts: tuple[FactChange, ...] = ()
    cited_missing: tuple[str, ...] = ()
    other_domain: bool = False
    importance: int = 0
    excerpt: tuple[tuple[str, str], ...] = ()
    pages: tuple[PageChange, ...] = ()
    parts: tuple[str, ...] = ()
    listing: bool = False

    @property
    def matters(self) -> bool:
        """Whether an editor would call it a change: more than bytes, an address or a link list differs."""
        return bool(set(self.layers) - {Layer.PAYLOAD, Layer.TARGET, Layer.DOWNLOADS})

    @property
    def replaced(self) -> bool:
        """Whether another text stands there altogether."""
        return self.text_class is TextClass.REPLACED


@dataclass(frozen=True, slots=True)
class Change:
    """A difference as far as the verdict rules look at it: the new state's name (any stable text), whether the text
    was replaced altogether, and whether it now comes from another registrable domain."""

    state: str
    replaced: bool = False
    other_domain: bool = False


class Mark(StrEnum):
    """What a line of a whole difference, or a piece of one, is: in both texts, in the earlier or in the later one;
    equal lines folded."""

    SAME = "same"
    BEFORE = "before"
    AFTER = "after"
    FOLDED = "folded"


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a whole difference: pieces with their marks; a folded one stands for `n` equal lines."""

    mark: Mark
    pieces: tuple[tuple[Mark, str], ...] = ()
    n: int = 0

    @property
    def text(self) -> str:
        """The whole line."""
        return "".join(text for _, text in self.pieces)
