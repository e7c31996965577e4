"""The TimeGate of an original: from a moment to the memento nearest to it (RFC 7089 §4.2.1, pattern 2.1).

Rules:
- 302 to the memento, with links to those around it and without Memento-Datetime.
- Without a moment the newest; a date that cannot be read is answered with 400 (§4.5.3); what is unknown with 404.
- Location and links name the original as it is fetched, never what a client sent: that may be one person's link.
"""

from __future__ import annotations

from crawler.ledger.ledger import Ledger
from crawler.replay.answer import Answer, Asked, refuse
from crawler.replay.links import Places, fixed_links, link_field, memento_links
from crawler.replay.negotiate import MALFORMED, choose, read_moment
from crawler.replay.originals import find_mementos, find_original, read_asked

_VARY = ("Vary", "accept-datetime")


def open_timegate(ledger: Ledger, places: Places, asked: Asked) -> Answer:
    """The answer of a TimeGate."""
    moment = read_moment(asked.values("accept-datetime"))
    if moment == MALFORMED:
        return refuse(asked, 400, "bad-date", [_VARY])
    uri = find_original(ledger, read_asked(asked.rest))
    found = find_mementos(ledger, uri, moment) if uri else None
    if uri is None or found is None:
        return refuse(asked, 404, "no-copy" if uri else "unknown", [_VARY])
    chosen = choose(found[1], moment)
    links = [*fixed_links(places, uri, chosen), *memento_links(places, uri, chosen)]
    fields = [
        ("Location", places.memento(uri, chosen.this)),
        _VARY,
        ("Link", link_field(links)),
        ("Cache-Control", "no-cache"),
    ]
    return Answer(302, fields)
