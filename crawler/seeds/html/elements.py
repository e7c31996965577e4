"""What HTML's elements are to a reader of text: blocks, headings, and what shows no words."""

from __future__ import annotations

from collections.abc import Mapping

# They begin a line of their own (WHATWG HTML §15.3, rendering); cells, too: layout tables put paragraphs into them.
BLOCKS = frozenset(
    {
        "address", "article", "aside", "blockquote", "body", "caption", "center", "dd", "details", "dialog",
        "dir", "div", "dl", "dt", "fieldset", "figcaption", "figure", "footer", "form", "h1",
        "h2", "h3", "h4", "h5", "h6", "head", "header", "hr", "html", "legend",
        "li", "listing", "main", "menu", "nav", "ol", "option", "p", "plaintext", "pre",
        "section", "summary", "table", "tbody", "td", "tfoot", "th", "thead", "title", "tr",
        "ul", "xmp",
    }
)  # fmt: skip
# What a page embeds, runs or asks for: no text, and no links.
SILENT = frozenset(
    {
        "script", "style", "template", "noscript", "title", "textarea", "select", "iframe", "noframes", "noembed",
        "object", "audio", "video", "canvas", "math",
    }
)  # fmt: skip
# White space counts in them.
AS_IS = frozenset({"pre", "listing", "plaintext", "xmp"})
_HEADINGS = {"h1": 1, "h2": 2, "h3": 3, "h4": 4, "h5": 5, "h6": 6}


def is_pixel(attributes: Mapping[str, str]) -> bool:
    """True for a picture that only counts who opened the page."""
    return all(attributes.get(side, "").removesuffix("px") in ("0", "1") for side in ("width", "height"))


def heading_level(tag: str, attributes: Mapping[str, str]) -> int:
    """The level of a heading element, 0 for others; one by its role has level 2 where it does not say (ARIA 1.2)."""
    if attributes.get("role", "").lower() != "heading":
        return _HEADINGS.get(tag, 0)
    level = attributes.get("aria-level", "")
    return int(level) if level in ("1", "2", "3", "4", "5", "6") else 2
