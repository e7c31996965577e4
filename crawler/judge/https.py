"""Whether https serves the same as http: what it takes to tell an editor to replace the one by the other.

Rules:
- Both looks are good, whole, of one night, and ended under their own scheme: https that leads back to http is none.
- The same is the same bytes, the same sight, or all but the same main text: two looks minutes apart differ in counters.
"""

from __future__ import annotations

from crawler.model import Coverage, Observation, Page
from crawler.shingles import jaccard, shingles

# Under this many characters only the same sight counts (docs: verdicts, "Changed").
LEAST_CHARS = 300
ALIKE = 0.95


def serves_same(http: Observation, http_page: Page | None, https: Observation, https_page: Page | None) -> bool:
    """Whether a look with https found what the night's observation found with http; the pages are what they showed."""
    if not (_is_whole(http, "http:") and _is_whole(https, "https:")):
        return False
    return _digest(http) == _digest(https) or _shows_same(http_page, https_page)


def _is_whole(seen: Observation, scheme: str) -> bool:
    final, content = seen.final, seen.content
    if final is None or content is None or final.failure is not None or not final.uri.startswith(scheme):
        return False
    answered = content.not_modified or 200 <= (final.status or 0) < 300
    return answered and content.coverage is Coverage.COMPLETE and content.length_bytes > 0


def _digest(seen: Observation) -> str:
    return seen.content.digest if seen.content else ""


def _shows_same(one: Page | None, other: Page | None) -> bool:
    if one is None or other is None or not (one.sight.opens and other.sight.opens):
        return False
    if one.sight.key == other.sight.key:
        return True
    long_enough = min(len(one.text), len(other.text)) >= LEAST_CHARS
    return long_enough and jaccard(shingles(one.text), shingles(other.text)) >= ALIKE
