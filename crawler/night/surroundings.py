"""What is known beside an observation when it is read: its page, what citations point at, where others end, siblings.

Rules:
- One surrounder serves one night; what it says depends on that night and on earlier ones alone, in whatever order the
  night's observations are asked for.
- Whatever is not known is left out: it is never waited for, nor fetched.
- A fragment that shows a person is not looked for: nothing of it may be shown.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from crawler.fetch.asking import host_of
from crawler.ledger.ledger import Ledger
from crawler.ledger.shapes import Shapes, Stored
from crawler.model import Citation, Observation, Page, Sibling, SightKind, Surroundings, night_at
from crawler.night.hearsay import sibling_of
from crawler.night.pages import Pages
from crawler.urls.redact import redact, redact_fragment
from crawler.urls.siblings import sibling_key

_TEXT = "text="


class Surrounder:
    """The surroundings of one night's observations; `citations` are those of that night.

    `pages` are those at hand, `observed` the night's observations as they are stored, and `siblings` the keys of all
    siblings that something is known of, by who has them already.
    """

    def __init__(
        self,
        ledger: Ledger,
        night_id: str,
        citations: Sequence[Citation],
        pages: Pages | None = None,
        observed: Iterable[Stored] | None = None,
        siblings: Collection[str] | None = None,
    ) -> None:
        self._ledger = ledger
        self._night_id = night_id
        self._started_at = night_at(night_id)
        self._observed = observed
        self._pages = pages or Pages(ledger)
        self._sibling_keys = siblings
        self._siblings: dict[str, Sibling | None] = {}
        self._fragments: dict[str, tuple[str, ...]] = {}
        self._text_fragments: dict[str, tuple[str, ...]] = {}
        self._ending: dict[tuple[str, str], tuple[str, ...]] | None = None
        self._cited = frozenset(subject for citation in citations if (subject := citation.same_as or citation.uri))
        for citation in citations:
            self._point(citation)

    def of(self, seen: Observation, last_good: Page | None) -> Surroundings:
        """What may be looked at when an observation is read; `last_good` is what its target showed when it was good."""
        page = self.page_of(seen)
        return Surroundings(
            page=page,
            fragments=self._fragments.get(seen.uri, ()),
            text_fragments=self._text_fragments.get(seen.uri, ()),
            sinking=self.sinking_of(seen),
            sibling=self.sibling_of(seen.uri) if page is not None and page.sight.kind is SightKind.HTML else None,
            last_good=last_good,
        )

    def page_of(self, seen: Observation) -> Page | None:
        """What an observation's last answer shows; pages asked for again are the same object."""
        return self._pages.of(seen)

    # ---- what citations point at

    def _point(self, citation: Citation) -> None:
        subject = citation.same_as or citation.uri
        if subject is None:
            return
        fragment, text = citation.uri_fragment, citation.text_fragment
        if fragment and redact_fragment(fragment) == fragment:
            self._fragments[subject] = _with(self._fragments.get(subject, ()), fragment)
        if text and text.startswith(_TEXT) and redact(text) == text:
            self._text_fragments[subject] = _with(self._text_fragments.get(subject, ()), text.removeprefix(_TEXT))

    # ---- where others end

    def sinking_of(self, seen: Observation) -> tuple[str, ...]:
        """The cited uris of the same host that a redirect led to the same end, this one among them; where one of them
        was not looked at this night, its newest look before counts."""
        final = seen.final
        if final is None or len(seen.hops) < 2:
            return ()
        if self._ending is None:
            self._ending = self._find_endings()
        return self._ending.get((host_of(seen.uri), final.uri), ())

    def _find_endings(self) -> dict[tuple[str, str], tuple[str, ...]]:
        """By host and final uri, the cited uris that a redirect led there."""
        found: dict[tuple[str, str], list[str]] = {}
        looked: set[str] = set()
        if self._observed is None:
            self._observed = [stored for stored, _ in self._ledger.observed(self._night_id, Shapes())]
        for stored in self._observed:
            looked.add(stored.uri)
            hops = stored.like.hops if stored.uri in self._cited else ()
            if len(hops) > 1 and hops[-1].status is not None:
                found.setdefault((host_of(stored.uri), hops[-1].uri), []).append(stored.uri)
        hosts = {host for host, _ in found}
        for uri in sorted(self._cited - looked):
            end = self._ledger.last_end(uri, self._night_id) if host_of(uri) in hosts else None
            if end is not None and end != uri:
                found.setdefault((host_of(uri), end), []).append(uri)
        return {place: tuple(uris) for place, uris in found.items()}

    # ---- siblings

    def sibling_of(self, uri: str) -> Sibling | None:
        """What the host says of a random name beside a uri."""
        key = sibling_key(uri)
        if key is None or (self._sibling_keys is not None and key not in self._sibling_keys):
            return None
        if key not in self._siblings:
            self._siblings[key] = sibling_of(self._ledger, uri, self._started_at)
        return self._siblings[key]


def _with(those: Iterable[str], one: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys([*those, one]))
