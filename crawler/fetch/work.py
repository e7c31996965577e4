"""What a night hands to the crawl: the seam behind which a queue engine may stand later.

In: batches (host → targets) and wrapped links. Out: observations, one a target, committed as they are made.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from crawler.clock import Clock
from crawler.config import Config
from crawler.errors import EverciteError
from crawler.fetch.asking import Revalidation
from crawler.fetch.scribe import Scribe
from crawler.ledger.ledger import Ledger
from crawler.model import Aside, Batch, Observation, Wrapper


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the crawl is: targets seen of all, exchanges made, bytes received, hosts still busy."""

    seen: int
    total: int
    exchanges: int
    length_bytes: int
    busy: tuple[str, ...]


@dataclass(slots=True)
class Work:
    """One night's crawl. `already` are observations of the same night from before an interruption."""

    night: str
    config: Config
    clock: Clock
    deadline_at: datetime
    ledger: Ledger
    scribe: Scribe
    batches: Sequence[Batch]
    wrappers: Sequence[Wrapper] = ()
    already: Sequence[Observation] = ()
    cited_by: dict[str, tuple[str, ...]] = field(default_factory=dict)
    wrapper_cited_by: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    revalidations: Mapping[str, Revalidation] = field(default_factory=dict)
    with_session: Mapping[str, str] = field(default_factory=dict)
    # uri → another form of it, looked at on its own where the uri is not found.
    second_looks: Mapping[str, str] = field(default_factory=dict)
    robots_failing_since: Mapping[str, datetime] = field(default_factory=dict)
    answered_last_valid: frozenset[str] = frozenset()
    invalid_nights_running: int = 0
    # What to ask beside the targets, once those are seen; called in a thread.
    plan_beside: Callable[[], Sequence[Aside]] | None = None
    on_progress: Callable[[Progress], None] | None = None
    finish: Callable[[], None] | None = None
    # What stopped the crawl, when something of ours did.
    error: EverciteError | None = None
    # Whether SIGTERM or SIGINT ended the crawl before its time.
    terminated: bool = False

    def size(self) -> int:
        """How many targets and wrapped links are to be visited."""
        return sum(len(batch.targets) for batch in self.batches) + len(self.wrappers)
