"""Citations for people, on a terminal: a table of at most 80 columns, and in words what is not certain.

Rules:
- Chinese counts two columns a character; nothing that a terminal would obey is printed.
- What could not be decided stands below the table of its document, with everything it may be.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator

from crawler.model import Citation, DateSource, Flag
from crawler.seeds.documents import Seeds
from crawler.seeds.explain import UNCERTAIN, place_of, told_target
from crawler.seeds.show import shown_document
from crawler.urls.address import NAMES_RECIPIENT
from crawler.urls.redact import redact

COLUMNS = 80
_WIDTHS = (12, 7, 2, 24, 31)  # id, kind, fragments, item, target: 76 and four spaces
_FOUND = {
    DateSource.SEEDS_TOML: "as seeds.toml says",
    DateSource.FILE_NAME: "by its name",
    DateSource.TEXT: "as its text says",
    DateSource.METADATA: "by its metadata",
}


_READINGS = (Flag.BOUNDARY_AMBIGUOUS, Flag.JOINED_LINES)


def document_table(seeds: Seeds) -> str:
    """The citations of one document; nothing for one that could not be read."""
    rows = seeds.citations
    if not seeds.documents:
        return ""
    return "\n".join([*_head(seeds), *(_rows(rows) if rows else ()), *_open_items(rows), *_uncertain(rows)])


def _head(seeds: Seeds) -> Iterator[str]:
    yield clipped(" + ".join(shown_document(document.path) for document in seeds.documents), COLUMNS)
    number, places = len(seeds.citations), sum(one.fragments for one in seeds.citations)
    issued = seeds.documents[0].issued
    words = f"{number} citation{'' if number == 1 else 's'}" if number else "no citations"
    words += f" in {places} places" if places != number else ""
    yield clipped(words + (f"; issued {issued.date}, {_FOUND[issued.source]}" if issued else ""), COLUMNS)


def _rows(citations: Iterable[Citation]) -> Iterator[str]:
    yield _row(("id", "kind", "×", "item", "target"))
    section: str | None = ""
    for citation in citations:
        if citation.section != section:
            section = citation.section
            yield clipped(f"— {section or 'no section'}", COLUMNS)
        yield _row((citation.id, citation.kind.value, str(citation.fragments), _item(citation), _target(citation)))


def _row(cells: tuple[str, ...]) -> str:
    return " ".join(padded(cell, width) for cell, width in zip(cells, _WIDTHS, strict=True)).rstrip()


def _item(citation: Citation) -> str:
    if citation.item is not None:
        return citation.item
    count = len(citation.item_candidates)
    return f"? one of {count}, see below" if count else "? none found"


def _target(citation: Citation) -> str:
    shown = redact(citation.uri) if citation.uri else citation.printed
    return shown.removeprefix("https://").removeprefix("http://")


def _open_items(citations: Iterable[Citation]) -> Iterator[str]:
    """The citations whose item is open, together where they may be the same."""
    undecided = [one for one in citations if one.item is None and one.item_candidates]
    if undecided:
        yield f"Which item is meant is open ({len(undecided)}):"
    for offers in dict.fromkeys(tuple(c.item for c in one.item_candidates) for one in undecided):
        ids = [one.id for one in undecided if tuple(c.item for c in one.item_candidates) == offers]
        yield from (clipped("  " + " ".join(ids[place : place + 6]), COLUMNS) for place in range(0, len(ids), 6))
        yield from (clipped(f"    - {item}", COLUMNS) for item in offers)


def _uncertain(citations: Iterable[Citation]) -> Iterator[str]:
    """What is not certain of an address, in words."""
    told = [(one, line) for one in citations for line in _doubts(one)]
    if told:
        yield f"Look at these addresses ({len({one.id for one, _ in told})}):"
    for one, line in told:
        first, *more = wrapped(f"{one.id} {place_of(one)}: {line}", COLUMNS - 4)
        yield from ("  " + first, *("    " + rest for rest in more))


def _doubts(citation: Citation) -> Iterator[str]:
    yield from (note.en for note in citation.notes)
    if citation.wrapper and citation.uri is None:
        named = citation.wrapper.rule == NAMES_RECIPIENT
        yield "names its reader, never asked" if named else f"a tracking link ({citation.wrapper.rule}), target unknown"
    if citation.defect:
        yield told_target(citation)
    for flag in citation.flags:
        if flag in UNCERTAIN:
            others = [redact(uri) for uri in citation.alternatives] if flag in _READINGS else []
            yield UNCERTAIN[flag] + "".join(f", or {uri}" for uri in others)


def clipped(text: str, columns: int) -> str:
    """The text in at most that many columns, ending in … where it was cut."""
    text = "".join(character for character in text if character.isprintable())
    if _columns(text) <= columns:
        return text
    kept, room = "", columns - _columns("…")
    for character in text:
        room -= _column(character)
        if room < 0:
            break
        kept += character
    return kept + "…"


def wrapped(text: str, columns: int) -> list[str]:
    """The text on lines of at most that many columns, parted at spaces where there are any."""
    lines: list[str] = []
    rest = "".join(character for character in text if character.isprintable())
    while _columns(rest) > columns:
        kept = clipped(rest, columns + 1).removesuffix("…")
        words = kept.rpartition(" ")[0] or kept
        lines.append(words)
        rest = rest[len(words) :].lstrip()
    return [*lines, rest]


def padded(text: str, columns: int) -> str:
    """The text in exactly that many columns."""
    text = clipped(text, columns)
    return text + " " * (columns - _columns(text))


def _columns(text: str) -> int:
    return sum(_column(character) for character in text)


def _column(character: str) -> int:
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1
