"""What was heard beside a target: of a random sibling, with https, from another place.

Rules:
- A night is told only what was known when it ended: judging it again later gives the same.
- A look that failed in passing, or that we did not make, says nothing.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from crawler.fetch.retry import is_passing
from crawler.judge.https import serves_same
from crawler.judge.vantage import agrees
from crawler.ledger.ledger import Ledger
from crawler.model import Beside, Observation, Sibling
from crawler.urls.siblings import sibling_key

# What is known of one sibling holds for its directory and extension, for so long.
SIBLING_HOLDS = timedelta(days=14)


def sibling_of(ledger: Ledger, uri: str, at: datetime) -> Sibling | None:
    """What a host said of a random name beside a uri, as far as it was known on the night of `at`."""
    key = sibling_key(uri)
    upto = f"{at.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    looks = ledger.side_looks_about(Beside.SIBLING, key, upto, at - SIBLING_HOLDS) if key else []
    for look in looks:
        final = look.seen.final
        if final and final.status is not None and not is_passing(look.seen):
            return Sibling(look.seen.uri, final.status, ledger.page_of(look.seen))
    return None


def https_serves_same(ledger: Ledger, seen: Observation) -> bool | None:
    """Whether https showed the same as a night's observation with http; None where that night did not learn it."""
    look = ledger.side_look(Beside.HTTPS, seen.uri, seen.night)
    if look is None or look.seen.refusal is not None or look.seen.robots:
        return None
    return serves_same(seen, ledger.page_of(seen), look.seen, ledger.page_of(look.seen))


def fails_elsewhere(ledger: Ledger, seen: Observation) -> bool | None:
    """Whether another place, too, found a target's host out of reach that night; None where nothing was learned."""
    host = [look.seen for look in ledger.vantage_of(seen.uri, seen.night) if look.seen.night == seen.night]
    return agrees(host, [look.seen for look in ledger.side_looks(seen.night, Beside.VANTAGE)]) if host else None
