"""What a body shows, as it is kept: its text read, everything redacted, and only then cut.

Rules:
- No address of a reader's own reaches the ledger, neither in a link's uri nor in a text.
"""

from __future__ import annotations

from dataclasses import replace

from crawler.model import Sight
from crawler.pages.sight import Body, Shown, read_sight, read_text
from crawler.urls.redact import redact, redact_text

OPENING = 2_000
LINE = 500  # of a title, a heading, the text of a link
LONGEST_URI = 4_000


def shown_of(body: Body, sight: Sight | None) -> Shown:
    """What a body shows, fit to be stored; `sight` is a page's that was looked at already."""
    if sight is None:
        sight, text = read_sight(body)
    else:
        text = read_text(body)
    return Shown(fit(sight), redact_text(text or ""))


def fit(sight: Sight) -> Sight:
    """A sight as it may be stored."""
    return replace(
        sight,
        title=_line(sight.title),
        headings=tuple(map(_line, sight.headings)),
        language=_line(sight.language),
        published=_line(sight.published),
        modified=_line(sight.modified),
        opening=redact_text(sight.opening)[:OPENING],
        marks=tuple(map(_line, sight.marks)),
        generator=_line(sight.generator),
        canonical=_uri(sight.canonical),
        og_uri=_uri(sight.og_uri),
        anchors=tuple(map(redact_text, sight.anchors)),
        downloads=tuple((_line(text), _uri(uri)) for text, uri in sight.downloads),
    )


def _line(text: str) -> str:
    return redact_text(text)[:LINE]


def _uri(uri: str) -> str:
    return redact(uri)[:LONGEST_URI]
