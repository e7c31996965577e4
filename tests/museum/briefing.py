"""The briefing that cites a museum: one paragraph a target, with the figures that its page holds.

Rules: it is dated on the day of the first night; what it says of a page stands there in other words, figures alike.
"""

from __future__ import annotations

from html import escape
from urllib.parse import quote

from tests.house import FIRST
from tests.museum.exhibit import Exhibit
from tests.museum.truth import Museum, Target


def write_briefing(museum: Museum) -> str:
    """The seeds document of a museum, HTML."""
    items = "\n".join(_item(Exhibit(target)) for target in museum.targets)
    day = f"{FIRST:%d %B %Y}".lstrip("0")
    title = f"Circular notes: the {museum.name}"
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{title}</title></head>\n<body>\n'
        f"<h1>{title}</h1>\n<p>Issued {day}</p>\n{items}\n</body></html>\n"
    )


def cited_uri(target: Target) -> str:
    """What is printed: with the fragment that the citation names."""
    if target.text_fragment:
        return f"{target.uri}#:~:text={quote(Exhibit(target).article.evidence[0], safe='')}"
    return f"{target.uri}#{target.fragment}" if target.fragment else target.uri


def _item(exhibit: Exhibit) -> str:
    target = exhibit.target
    stop = "。" if target.language == "zh" else "."
    uri = escape(cited_uri(target))
    said = escape(exhibit.article.cited, quote=False)
    return f'<h2>{target.id}</h2>\n<p>{said} (<a href="{uri}">{target.id}</a>){stop}</p>'
