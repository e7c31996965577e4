"""The main text of a page: what an editor would call its content, without menus and boxes."""

from __future__ import annotations

import logging

import trafilatura
from lxml.etree import LxmlError

# trafilatura reports every odd page as a warning of its own; an odd page is the web's business.
logging.getLogger("trafilatura").setLevel(logging.CRITICAL)


def main_text(page: str, uri: str) -> str:
    """The main text of an HTML page (tables kept, comments off); "" for one that cannot be understood."""
    try:
        found = trafilatura.bare_extraction(page, url=uri, include_comments=False, include_tables=True)
    except (LxmlError, ValueError, RecursionError, UnicodeError, AttributeError, TypeError, LookupError):
        return ""  # hostile markup makes the extractor raise all of these
    return "" if found is None or isinstance(found, dict) else found.text or ""
