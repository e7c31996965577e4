"""What a link shows, held against where it leads."""

from __future__ import annotations

from crawler.model import Flag
from crawler.seeds.boundary.find import find_urls
from crawler.suffixes import registrable
from crawler.urls.address import Address, read_address
from crawler.urls.parts import split

LONGEST_PRINT = 300  # beyond its target: longer words print more than an address


def read_flags(words: str, uri: str, fragments: int = 1) -> tuple[Flag, ...]:
    """The flags of a link by its words: shown in several pieces, or printing another address than it opens."""
    mismatch = (Flag.PRINTED_TARGET_MISMATCH,) if prints_another(words, uri) else ()
    return ((Flag.WRAPPED,) if fragments > 1 else ()) + mismatch


def prints_another(words: str, uri: str) -> bool:
    """Whether a link's words are an address, and not the one it opens.

    What a tracker opens is unknown, so nothing contradicts it; `unep.org` alone names a site, not a page.
    """
    if not is_whole_url(words) or len(words) > len(uri) + LONGEST_PRINT:
        return False
    target = read_address(uri)
    if target.is_tracker:
        return False
    return not _is_site_of(words, target) and address_key(words) != address_key(uri)


def is_whole_url(words: str) -> bool:
    """Whether words are one address and nothing else."""
    spans = find_urls(words)
    return len(spans) == 1 and (spans[0].start, spans[0].end) == (0, len(words))


def address_key(url: str) -> tuple[str | None, str | None]:
    """What two prints of one address agree in."""
    address = read_address(url)
    return address.urlkey, address.mail


def _is_site_of(words: str, target: Address) -> bool:
    """Whether words are a bare host of the site that a target lies on."""
    printed = read_address(words)
    if "/" in words or not printed.uri or not target.uri:
        return False
    return registrable(split(printed.uri).host) == registrable(split(target.uri).host)
