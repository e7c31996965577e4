"""HTML inside Markdown, cut into tags and the words between them (CommonMark §4.6, §6.6).

Rules:
- Comments are nothing. What looks like a tag and is none stays words.
- Of tags only the anchors are looked at: `<a href="…">words</a>` is a link like any other.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

from markdown_it.token import Token

_COMMENT = re.compile(r"<!--.*?(?:-->|$)", re.DOTALL)
_TAG = re.compile(r"""</?[A-Za-z](?:[^<>"']++|"[^"]*+"|'[^']*+')*+>""")
_ANCHOR = re.compile(r"<a\s", re.IGNORECASE)
_ANCHOR_END = re.compile(r"</a\s*>", re.IGNORECASE)
_HREF = re.compile(r"""\shref\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'<>]+))""", re.IGNORECASE)


def without_comments(content: str) -> str:
    """HTML without its comments, also one that does not end."""
    return _COMMENT.sub("", content)


def tokens(content: str) -> Iterator[Token]:
    """A block of HTML as inline tokens: `html_inline` for its tags, `html_text` for what stands between them."""
    content = without_comments(content)
    place = 0
    for tag in _TAG.finditer(content):
        yield Token("html_text", "", 0, content=content[place : tag.start()])
        yield Token("html_inline", "", 0, content=tag[0])
        place = tag.end()
    yield Token("html_text", "", 0, content=content[place:])


def href_of(tag: str) -> str | None:
    """Where an anchor's opening tag leads; None for any other tag."""
    found = _HREF.search(tag) if _ANCHOR.match(tag) else None
    return html.unescape(next(filter(None, found.groups()), "")) if found else None


def ends_anchor(tag: str) -> bool:
    """True for the closing tag of an anchor."""
    return bool(_ANCHOR_END.fullmatch(tag))
