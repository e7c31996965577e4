"""What a test of the outcome table looks at: one observation, what was cited, and what is known beside it.

Rules:
- A case is made for one reading and only read. What most tests ask is worked out once, when it is made.
"""

from __future__ import annotations

from crawler.judge.noticed import NOTHING, Noticed, notice
from crawler.model import Coverage, Failure, Hop, Observation, Page, SightKind, Surroundings

# Statuses of 2xx that bring no page (RFC 9110 §15.3.3, §15.3.7): rows of their own.
_NO_PAGE = frozenset({202, 206})


class Case:
    """One observation of the target cited as `cited_uri`, up to its first certificate failure.

    `final` is the last hop, an empty one where nothing was asked; `failure` the way it failed, a body that the peer
    broke off among them. `is_answered`: a 2xx, or a 304 for a body that we hold (RFC 9110 §15.4.5). `is_good`: an
    answer of which only the page can tell that it is not what was cited. `noticed` is what the page says of itself.
    """

    __slots__ = (
        "around",
        "cited_uri",
        "failure",
        "final",
        "is_answered",
        "is_good",
        "noticed",
        "observation",
        "status",
    )

    def __init__(self, observation: Observation, cited_uri: str, around: Surroundings) -> None:
        self.observation = observation
        self.cited_uri = cited_uri
        self.around = around
        self.final: Hop = observation.hops[-1] if observation.hops else Hop(observation.uri, None, None)
        self.status: int = self.final.status or 0
        content = observation.content
        broken_off = content is not None and content.coverage is Coverage.CUT_BY_PEER
        self.failure: Failure | None = self.final.failure or (Failure.TRUNCATED if broken_off else None)
        held = self.status == 304 and content is not None and content.not_modified
        self.is_answered: bool = held or 200 <= self.status < 300
        page = around.page
        self.noticed: Noticed = NOTHING if page is None else notice(page)
        self.is_good: bool = self.is_answered and self.failure is None and self.status not in _NO_PAGE

    @property
    def is_redirected(self) -> bool:
        """Whether more than one hop was asked."""
        return len(self.observation.hops) > 1

    @property
    def is_cut_by_us(self) -> bool:
        """Whether a limit of ours ended a body that was still coming."""
        content = self.observation.content
        return content is not None and content.coverage is Coverage.CUT_BY_US

    @property
    def page(self) -> Page | None:
        """What the last answer shows, where that is known."""
        return self.around.page

    @property
    def html(self) -> Page | None:
        """The same where it is an HTML page."""
        page = self.around.page
        return page if page is not None and page.sight.kind is SightKind.HTML else None
