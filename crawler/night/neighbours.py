"""The cited pages of one host beside each other: what several of them show on a night is the site's, and not a page's.

Rules:
- Pages are compared with what they showed first; what is learned to be volatile is not asked for.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from urllib.parse import urlsplit

from crawler.changes.sitewide import LEAST, is_site_wide, shared_parts
from crawler.judge.rows import GOOD
from crawler.ledger.differences import GoodCapture
from crawler.ledger.ledger import Ledger
from crawler.model import Difference
from crawler.night.differing import Among, Differing

# Pages of a host that are asked for the same difference.
MOST = 50


class Neighbours:
    """The subjects of each host, and what they show in common; the last night asked for is remembered."""

    def __init__(self, ledger: Ledger, differing: Differing, subjects: Iterable[str]) -> None:
        self._ledger = ledger
        self._differing = differing
        self._firsts: dict[str, GoodCapture] = {}
        self._shared: dict[tuple[str, str], frozenset[str]] = {}
        self._hosts: dict[str, list[str]] = defaultdict(list)
        for subject in sorted(subjects):
            self._hosts[host_of(subject)].append(subject)

    def show(self, host: str, night_id: str, found: Difference) -> bool:
        """Whether all that a difference is made of is shown by several pages of the host that night."""
        if len(self._hosts.get(host, ())) < LEAST:
            return False
        place = (host, night_id)
        if place not in self._shared:
            self._shared = {place: shared_parts(dict(self._parts(host, night_id)))}
        return is_site_wide(found, self._shared[place])

    def _parts(self, host: str, night_id: str) -> Iterator[tuple[str, tuple[str, ...]]]:
        """The pages of a host that differ that night from what they showed first, and in what."""
        for subject in self._hosts[host][:MOST]:
            first, now = self._first_of(subject), self._ledger.capture_on(night_id, subject)
            if first and now and first.night < now.night and first.key != now.key:
                found = self._differing.difference(first, now, Among())
                if found and found.matters:
                    yield subject, found.parts

    def _first_of(self, subject: str) -> GoodCapture | None:
        found = self._firsts.get(subject) or self._ledger.first_good_capture(subject, GOOD)
        if found:
            self._firsts[subject] = found
        return found


def host_of(uri: str) -> str:
    """The host and port of a uri."""
    return urlsplit(uri).netloc.lower()
