"""Home pages and pages that list others: what they show changes by their nature."""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import urlsplit

from crawler.changes.noise import is_link_like
from crawler.changes.passages import Passage

# The path of a home page, or of one in a language (`/en`, `/zh-hans/`); index files (Apache, IIS defaults).
_HOME = re.compile(
    r"/?(?:[a-z]{2}(?:[-_](?:[a-z]{2}|hans|hant))?/?)?(?:(?:index|default|home|main)(?:\.[a-z]{2,5})?/?)?",
    re.IGNORECASE,
)
# A last segment that names a list (WordPress, Drupal, Chinese CMS).
_LIST = re.compile(
    r"/(?:news|latest|blog|press|articles?|posts?|events?|archives?|categor(?:y|ies)|tags?|topics?|lists?|search|feed"
    r"|xwzx|gzdt|tzgg|zxdt|xwdt|node_\d+|list_\d+(?:_\d+)?)(?:\.[a-z]{2,5})?/?$",
    re.IGNORECASE,
)
LEAST_LINES, LEAST_SHARE = 8, 0.6


def is_home(uri: str) -> bool:
    """Whether a uri is its site's home page, or its home page in a language."""
    parts = urlsplit(uri)
    return not parts.query and _HOME.fullmatch(parts.path) is not None


def is_listing(uri: str, found: Sequence[Passage]) -> bool:
    """Whether a page is a home page, or its address and its lines say that it lists others."""
    if is_home(uri):
        return True
    links = sum(is_link_like(passage.key) for passage in found)
    return bool(_LIST.search(urlsplit(uri).path)) and len(found) >= LEAST_LINES and links >= LEAST_SHARE * len(found)
