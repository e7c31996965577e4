"""Which attributes of which elements name what: HTML Living Standard §4 and §16.2 (obsolete), SVG 2 §16, as rows.

Rules:
- What a browser loads to show a page is a requisite; what a reader may follow is a link.
- Pictures that a script moves into place when they are scrolled to stand in `data-…` attributes. Browsertrix fetches
  them, and Heritrix calls them embeds: so do we, on elements that load something.
"""

from __future__ import annotations

from typing import NamedTuple

from crawler.pages.links import Kind


class Row(NamedTuple):
    """An attribute that names a uri of a kind; `several` for a list as in srcset."""

    attribute: str
    kind: Kind
    several: bool = False


_LAZY = (
    "data-src",
    "data-original",
    "data-lazy",
    "data-lazy-src",
    "data-full-src",
    "data-src-small",
    "data-src-medium",
)
_LAZY_SETS = ("data-srcset", "data-lazy-srcset", "data-full-srcset", "data-original-set")


def _lazy(kind: Kind) -> tuple[Row, ...]:
    return (*(Row(name, kind) for name in _LAZY), *(Row(name, kind, True) for name in _LAZY_SETS))


_BACKGROUND = (Row("background", Kind.IMAGE),)
_HREFS = (Row("href", Kind.IMAGE), Row("xlink:href", Kind.IMAGE))

ROWS: dict[str, tuple[Row, ...]] = {
    "a": (Row("href", Kind.LINK), Row("xlink:href", Kind.LINK)),
    "area": (Row("href", Kind.LINK),),
    "audio": (Row("src", Kind.MEDIA), Row("data-src", Kind.MEDIA)),
    "blockquote": (Row("cite", Kind.LINK),),
    "body": _BACKGROUND,
    "embed": (Row("src", Kind.OTHER),),
    "feimage": _HREFS,
    "frame": (Row("src", Kind.FRAME),),
    "iframe": (Row("src", Kind.FRAME), Row("data-src", Kind.FRAME)),
    "image": (*_HREFS, Row("src", Kind.IMAGE)),  # SVG's; in HTML it is another word for img
    "img": (
        Row("src", Kind.IMAGE),
        Row("srcset", Kind.IMAGE, True),
        Row("lowsrc", Kind.IMAGE),
        *_lazy(Kind.IMAGE),
    ),
    "input": (Row("src", Kind.IMAGE),),  # of type=image only
    "link": (Row("href", Kind.OTHER), Row("imagesrcset", Kind.IMAGE, True)),  # by its rel
    "object": (Row("data", Kind.OTHER),),
    "q": (Row("cite", Kind.LINK),),
    "script": (Row("src", Kind.SCRIPT), Row("href", Kind.SCRIPT), Row("xlink:href", Kind.SCRIPT)),
    "source": (
        Row("src", Kind.MEDIA),
        Row("srcset", Kind.IMAGE, True),
        Row("data-src", Kind.MEDIA),
        *(Row(name, Kind.IMAGE, True) for name in _LAZY_SETS),
    ),
    "table": _BACKGROUND,
    "td": _BACKGROUND,
    "th": _BACKGROUND,
    "tr": _BACKGROUND,
    "track": (Row("src", Kind.MEDIA),),
    "use": _HREFS,
    "video": (Row("src", Kind.MEDIA), Row("poster", Kind.IMAGE), Row("data-src", Kind.MEDIA)),
}

# Link types (HTML §4.6.7 and its registry) that load something; with others a link element is only a link.
RELS: dict[str, Kind] = {
    "apple-touch-icon": Kind.IMAGE,
    "apple-touch-icon-precomposed": Kind.IMAGE,
    "icon": Kind.IMAGE,
    "manifest": Kind.OTHER,
    "mask-icon": Kind.IMAGE,
    "modulepreload": Kind.SCRIPT,
    "preload": Kind.OTHER,  # by its `as`
    "stylesheet": Kind.STYLE,
}
# What a preload is for (HTML §4.6.7.18, Fetch "destination").
DESTINATIONS: dict[str, Kind] = {
    "audio": Kind.MEDIA,
    "document": Kind.FRAME,
    "font": Kind.FONT,
    "image": Kind.IMAGE,
    "script": Kind.SCRIPT,
    "style": Kind.STYLE,
    "track": Kind.MEDIA,
    "video": Kind.MEDIA,
}
# Link types that name a host to get ready, or a machine to write to: neither part nor link.
NO_LINKS = frozenset({"dns-prefetch", "pingback", "preconnect"})
