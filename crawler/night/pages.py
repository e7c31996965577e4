"""Pages at hand: what answers showed, read from the ledger once and kept from night to night.

Rules:
- Payloads that show the same are one page here, the same object: who remembers what a page says asks by identity.
- Those not asked for longest are forgotten: some tens of KiB each, however many nights there are.
"""

from __future__ import annotations

from collections.abc import MutableMapping
from typing import TypeVar

from crawler.ledger.ledger import Ledger
from crawler.model import Coverage, Observation, Page

PAGES_KEPT = 4096
NAMES_KEPT = 16_384

_Key = TypeVar("_Key")
_Value = TypeVar("_Value")


class Pages:
    """The pages of a ledger."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._keys: dict[str, str | None] = {}
        self._pages: dict[tuple[str, int | None], Page] = {}

    def of(self, seen: Observation) -> Page | None:
        """What an observation's last answer shows; pages that show the same are the same object."""
        key = self._key(seen)
        if key is None:
            return None
        name = key, seen.final.status if seen.final else None
        page = self._pages.pop(name, None) or self._ledger.page_of(seen)
        if page is not None:
            _keep(self._pages, name, page, PAGES_KEPT)
        return page

    def key_of(self, digest: str, media_type: str) -> str | None:
        """The key of what a whole payload shows."""
        name = _name(digest, media_type, Coverage.COMPLETE, is_empty=False)
        return self._keys.get(name) or self._ledger.sight_name(digest, media_type)

    def _key(self, seen: Observation) -> str | None:
        """The key of what is shown; of an answer without content it is found by its record."""
        content, final = seen.content, seen.final
        if final is None or final.status is None or final.failure is not None or seen.robots_only:
            return None
        if content is None:
            return self._ledger.sight_key_of_record(final.record_id) if final.record_id else None
        name = _name(content.digest, content.media_type, content.coverage, is_empty=not content.length_bytes)
        if name not in self._keys:
            key = self._ledger.sight_key_of(seen)
            if key is None:
                return None  # it may be read later
            _keep(self._keys, name, key, NAMES_KEPT)
        return self._keys[name]


def _name(digest: str, media_type: str, coverage: Coverage, *, is_empty: bool) -> str:
    return f"{digest} {media_type} {coverage} {is_empty}"


def _keep(kept: MutableMapping[_Key, _Value], key: _Key, value: _Value, most: int) -> None:
    kept[key] = value
    if len(kept) > most:
        del kept[next(iter(kept))]
