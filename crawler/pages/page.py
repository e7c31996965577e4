"""The links and requisites of an HTML page.

Rules:
- Of a longer page the first 8 MiB are read, and of one with more tags the first 200,000; then `cut` is not 0.
- References count against the base that stands when they are met; a base that is no web address changes nothing.
- Never raises on a page.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from crawler.pages.links import Found, Kind, Links
from crawler.pages.reference import Base
from crawler.pages.rows import DESTINATIONS, NO_LINKS, RELS, ROWS
from crawler.pages.style import read_style
from crawler.pages.tags import plain, read_attributes, read_tags

READ_BYTES = 8 * 1024 * 1024
MOST_TAGS = 200_000  # a page of more was made to be slow
LONGEST_BASE = 2048  # every reference is put behind it
LONGEST_NAME = 20  # of HTML's elements and then some
MOST_FRAMES = 2  # documents in attributes of documents

_ROWS = {element: {row.attribute: row for row in rows} for element, rows in ROWS.items()}
_WANTED = frozenset({*ROWS, "base", "style"})
_STYLED = re.compile(r"url\s*\(|image-set|\\", re.IGNORECASE)
_HIDDEN = re.compile(
    r"(?:^|[;\s])(?:display\s*:\s*none|visibility\s*:\s*hidden|opacity\s*:\s*0(?![.\d])"
    r"|(?:max-)?(?:width|height)\s*:\s*[01](?:px)?(?![.\d%\w]))",
    re.IGNORECASE,
)
_CANDIDATE = re.compile(r"[\s,]*+(\S++)")
_DESCRIPTORS = re.compile(r"(?:[^,(]|\([^)]*+\)?)*+,?")

Attributes = dict[str, str]


def read_links(body: bytes, uri: str, charset: str | None) -> Links:
    """The links and requisites of a page's decoded content. `charset` as Python names it, None where none is known.

    Raises ValueError for a uri that is none.
    """
    text, name = _text(body[:READ_BYTES], charset)
    found = Found(Base(uri, name))
    _read(text, found, 0)
    found.cut += len(body) > READ_BYTES
    return found.links()


def _text(body: bytes, charset: str | None) -> tuple[str, str]:
    try:
        return body.decode(charset or "utf-8", "replace"), charset or "utf-8"
    except (LookupError, ValueError):
        return body.decode("utf-8", "replace"), "utf-8"


def _read(text: str, found: Found, depth: int) -> None:
    based = False
    for place, (element, rest, content) in enumerate(read_tags(text, _WANTED)):
        if place == MOST_TAGS:
            found.cut += 1
            return
        attributes = read_attributes(rest)
        if element == "base":
            based = based or _rebase(attributes, found)
        elif element == "style":
            read_style(content, lambda reference, kind: found.add(reference, kind, "style"))
        else:
            _read_rows(element, attributes, found)
        if "style" in attributes:
            _read_attribute(element, attributes["style"], found)
        if "srcdoc" in attributes and element == "iframe" and depth < MOST_FRAMES:
            _read(plain(attributes["srcdoc"]), found, depth + 1)


def _rebase(attributes: Attributes, found: Found) -> bool:
    """Take a page's first base that has a href (HTML §4.2.3); whether this is it."""
    if "href" not in attributes:
        return False
    uri = found.base.join(plain(attributes["href"]))
    if uri is not None and len(uri) <= LONGEST_BASE:
        found.base = Base(uri, found.base.charset)
    return True


def _read_attribute(element: str, style: str, found: Found) -> None:
    if _STYLED.search(style):
        named = element if element.isalnum() and len(element) <= LONGEST_NAME else "*"  # it may be anything
        read_style(plain(style), lambda reference, kind: found.add(reference, kind, f"{named}/@style"))


def _read_rows(element: str, attributes: Attributes, found: Found) -> None:
    rows = _ROWS.get(element, {})
    for attribute, value in attributes.items():
        row = rows.get(attribute)
        kind = _kind(element, attributes, row.kind) if row and value else None
        if row is None or kind is None:
            continue
        for reference in each_candidate(plain(value)) if row.several else (plain(value),):
            found.add(reference, kind, f"{element}/@{attribute}")


def each_candidate(srcset: str) -> Iterator[str]:
    """The references of a srcset (HTML §4.8.4.2.2); commas belong to those that do not end in one."""
    at = 0
    while found := _CANDIDATE.match(srcset, at):
        reference, at = found[1], found.end()
        if not reference.endswith(","):
            descriptors = _DESCRIPTORS.match(srcset, at)
            at = descriptors.end() if descriptors else at
        yield reference.rstrip(",")


def _kind(element: str, attributes: Attributes, kind: Kind) -> Kind | None:
    """What this element loads: a link by its rel, a picture by its size; None for nothing."""
    if element == "link":
        return _kind_of_link(attributes)
    if element == "input" and attributes.get("type", "").strip().lower() != "image":
        return None
    if element == "img" and _is_invisible(attributes):
        return Kind.PIXEL
    return kind


def _kind_of_link(attributes: Attributes) -> Kind | None:
    rels = plain(attributes.get("rel", "")).lower().split()
    kinds = [RELS[rel] for rel in rels if rel in RELS]
    if kinds and "preload" in rels and kinds == [Kind.OTHER]:
        return DESTINATIONS.get(attributes.get("as", "").strip().lower(), Kind.OTHER)
    if kinds:
        return kinds[0]
    return Kind.LINK if set(rels) - NO_LINKS else None


def _is_invisible(attributes: Attributes) -> bool:
    """Whether a picture is hidden, or a dot or less; a side that is not given is as the other."""
    if "hidden" in attributes or _HIDDEN.search(attributes.get("style", "")):
        return True
    sides = [attributes[side].strip().removesuffix("px") for side in ("width", "height") if side in attributes]
    return bool(sides) and all(side in ("0", "1") for side in sides)
