"""What a link shows, held against where it leads."""

from __future__ import annotations

from crawler.model import Flag
from crawler.seeds.boundary import find_urls
from crawler.urls.address import read_address


def read_flags(words: str, uri: str, fragments: int = 1) -> tuple[Flag, ...]:
    """The flags of a link by its words: shown in several pieces, or printing another address than it opens."""
    spans = find_urls(words)
    is_url = len(spans) == 1 and spans[0].end - spans[0].start == len(words)
    mismatch = (Flag.PRINTED_TARGET_MISMATCH,) if is_url and address_key(words) != address_key(uri) else ()
    return ((Flag.WRAPPED,) if fragments > 1 else ()) + mismatch


def address_key(url: str) -> tuple[str | None, str | None]:
    """What two prints of one address agree in."""
    address = read_address(url)
    return address.urlkey, address.mail
