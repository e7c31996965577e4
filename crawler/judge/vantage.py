"""Whether another place agrees that a host is out of reach: what may be held against a host silent from here.

Rules:
- A place that reaches nobody agrees with nothing: something of the same scheme must have answered there that night.
- A proxy that will not ask (403, 407 to CONNECT) says nothing of the host; one that could not reach it says 502 or 504.
- Whatever answered, on any address of the host, disagrees.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from crawler.judge.rows import NETWORK
from crawler.model import Hop, Observation, Outcome

# What a proxy answers when it cannot reach a host (RFC 9110 §15.6.3, §15.6.5); 503 is what Squid says of a name that
# does not exist (Squid: ERR_DNS_FAIL, looked up 2026-11-22).
UNREACHED_STATUSES = frozenset({502, 503, 504})
# In the words of wire/dial.py.
TUNNEL_REFUSED = re.compile(r"the proxy answered CONNECT with (\d{3})")


def fails_there(seen: Observation) -> bool | None:
    """Whether a look from another place failed as an absent host does; None where it says nothing."""
    final = seen.final
    if final is None or seen.refusal is not None or seen.robots:
        return None
    refused = TUNNEL_REFUSED.match(final.detail)
    if refused:
        return True if int(refused[1]) in UNREACHED_STATUSES else None
    if final.failure is not None:
        return Outcome(final.failure) in NETWORK
    return final.status in UNREACHED_STATUSES if _is_plain(final) else False


def agrees(host: Sequence[Observation], night: Sequence[Observation]) -> bool | None:
    """Whether looks at a host say that it is out of reach there, too; None where they say nothing.

    `night` are all looks of the same night from that place, those at the host among them.
    """
    failing = {seen.uri: fails_there(seen) for seen in host}
    if False in failing.values():
        return False
    working = {_scheme(seen) for seen in night if fails_there(seen) is False}
    silent = [seen for seen in host if failing[seen.uri] and _scheme(seen) in working]
    return True if silent else None


def _scheme(seen: Observation) -> str:
    return seen.final.uri.partition(":")[0] if seen.final else ""


def _is_plain(hop: Hop) -> bool:
    """Whether a hop was asked of the proxy itself: with https an answer can only be the host's."""
    return hop.uri.startswith("http:")
