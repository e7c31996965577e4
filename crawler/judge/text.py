"""The main text of a page: what an editor would call its content, without menus and boxes."""

from __future__ import annotations

import logging
from dataclasses import dataclass

import trafilatura
from lxml.etree import LxmlError

# trafilatura reports every odd page as a warning of its own; an odd page is the web's business.
logging.getLogger("trafilatura").setLevel(logging.CRITICAL)


@dataclass(frozen=True, slots=True)
class MainText:
    """Title, language as the page states it, and main text (tables kept, comments off); empty if none."""

    title: str | None
    language: str | None
    text: str


def main_text(page: bytes, uri: str) -> MainText:
    """The main text of an HTML page. A page that cannot be understood has an empty one."""
    try:
        found = trafilatura.bare_extraction(page, url=uri, include_comments=False, include_tables=True)
    except (LxmlError, ValueError, RecursionError, UnicodeError, AttributeError, TypeError):
        # Hostile markup makes the extractor raise all of these; the page is then one without main text.
        return MainText(None, None, "")
    if found is None or isinstance(found, dict):
        return MainText(None, None, "")
    return MainText(found.title, found.language, found.text or "")
