"""One page's parts, level by level: what it names, what its style sheets and frames name, within the page's bounds.

Rules:
- Style sheets come first: they say how the page looks, and lead to more.
- What is over the number, the size or the depth is counted as missing, never left out.
- The count is the same whether a part was captured for this page, for another one, or on an earlier night.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from crawler.archive.completeness import Account, account_of
from crawler.fetch.asking import Question, Revalidation, host_of
from crawler.fetch.round import side_by_side
from crawler.model import Capture, Via
from crawler.pages.links import Kind, Link
from crawler.urls.redact import redact

_TOKEN = re.compile(r"[0-9a-f]{16}|[0-9]{9}", re.IGNORECASE)
MAX_STYLES = 5  # a style sheet, and four that import one another
MAX_FRAMES = 2
MOST_COUNTED = 20_000  # of one level; a page that names more was made to fill memory
# Hosts that are asked for parts of one page at a time: each may bring as much as a page may.
HOSTS_AT_ONCE = 6


@dataclass(frozen=True, slots=True)
class Wanted:
    """A part to get: what for, who names it, and how deep in style sheets and frames it stands."""

    uri: str
    kind: Kind
    came_from: str
    hop_path: str
    styles: int = 0
    frames: int = 0
    via: Via | None = None

    def question(self, limit_bytes: int, revalidation: Revalidation | None) -> Question:
        """The question that asks for it."""
        return Question(
            self.uri,
            via=self.via,
            came_from=self.came_from,
            hop_path=self.hop_path,
            limit_bytes=limit_bytes,
            revalidation=revalidation,
        )

    def named(self, link: Link) -> Wanted:
        """A part that this one names, one level deeper where it leads on itself."""
        styles = self.styles + (link.kind is Kind.STYLE)
        frames = self.frames + (link.kind is Kind.FRAME)
        return Wanted(link.uri, link.kind, self.uri, self.hop_path + "E", styles, frames)


@dataclass(frozen=True, slots=True)
class Got:
    """What became of a part: a reason why it is missing, or when it was captured, if not tonight, and what it names."""

    lack: str = ""
    held: str = ""
    links: tuple[Link, ...] = ()
    length_bytes: int = 0


class Walk:
    """The parts of one page."""

    def __init__(
        self, page: Capture, hop_path: str, get: Callable[[Wanted], Awaitable[Got]], most: int, most_bytes: int
    ) -> None:
        self._page = page
        self._root = Wanted(page.uri, Kind.LINK, "", hop_path)
        self._get = get
        self._most = most
        self._most_bytes = most_bytes
        self._length_bytes = 0
        self._admitted = 0
        self._parts: dict[str, Got] = {}

    async def go(self, links: Sequence[Link]) -> None:
        """Get the parts that these links of the page name, and theirs."""
        level = [self._root.named(link) for link in links]
        while level:
            fresh = list(self._admit(level))
            await side_by_side(self._get_all, _by_host(fresh), HOSTS_AT_ONCE)
            named = (wanted.named(link) for wanted in fresh for link in self._leads_to(wanted))
            level = list(islice(named, MOST_COUNTED))

    def account(self, night: str, at: datetime) -> Account:
        """What the walk found."""
        parts = [(redact(uri), got) for uri, got in self._parts.items()]
        page = self._page
        return account_of(
            page.refers_to or page.record_id,
            page.uri,
            night,
            at,
            captured=sum(not got.lack and not got.held for _, got in parts),
            held=[(got.held, uri) for uri, got in parts if got.held],
            missing=[(got.lack, uri) for uri, got in parts if got.lack],
        )

    def _admit(self, level: Iterable[Wanted]) -> Iterator[Wanted]:
        """Those of a level that are to be got; for the others it is noted why not."""
        for wanted in sorted(level, key=lambda wanted: wanted.kind is not Kind.STYLE):
            if wanted.uri in self._parts:
                continue
            lack = self._lack_of(wanted)
            self._parts[wanted.uri] = Got(lack)
            if not lack:
                self._admitted += 1
                yield wanted

    def _lack_of(self, wanted: Wanted) -> str:
        if wanted.kind is Kind.PIXEL and self._tells_of_a_reader(wanted.uri):
            return "tracker"
        if wanted.styles > MAX_STYLES or wanted.frames > MAX_FRAMES:
            return "depth"
        return "number" if self._admitted >= self._most else ""

    def _tells_of_a_reader(self, uri: str) -> bool:
        """Whether a picture that nobody sees can be there to be asked for: elsewhere, or with something to tell."""
        return "?" in uri or _TOKEN.search(uri) is not None or host_of(uri) != host_of(self._page.uri)

    async def _get_all(self, batch: Sequence[Wanted]) -> None:
        for wanted in batch:
            got = Got("bytes") if self._length_bytes >= self._most_bytes else await self._get(wanted)
            self._length_bytes += got.length_bytes
            self._parts[wanted.uri] = got

    def _leads_to(self, wanted: Wanted) -> tuple[Link, ...]:
        """What a style sheet or frame names; of anything else that is text, nothing is loaded."""
        return self._parts[wanted.uri].links if wanted.kind in (Kind.STYLE, Kind.FRAME) else ()


def _by_host(parts: Iterable[Wanted]) -> list[list[Wanted]]:
    hosts: dict[str, list[Wanted]] = {}
    for wanted in parts:
        hosts.setdefault(host_of(wanted.uri), []).append(wanted)
    return list(hosts.values())
