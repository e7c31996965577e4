"""Where the Memento applications (crawler/replay) are hung in.

Rules:
- With a token, every way to a copy leads over our own origin: that one gives readers the pass that opens the other.
"""

from __future__ import annotations

from starlette.types import ASGIApp

from crawler.replay import memento_app
from crawler.serve.site import Site

# RFC 7089: TimeGates and TimeMaps; mementos.
CHOOSING = ("/timegate/{rest:path}", "/timemap/{rest:path}")
SHOWING = "/memento/{rest:path}"


def choosing_app(site: Site) -> ASGIApp:
    """TimeGates and TimeMaps."""
    mementos = site.base if site.token else site.copies_base
    return memento_app.memento_app(site.archive / LEDGER, site.archive, site.base, mementos)


def showing_app(site: Site) -> ASGIApp:
    """The way from our own origin to mementos on theirs."""
    return memento_app.memento_app(site.archive / LEDGER, site.archive, site.base, site.copies_base)


def copies_app(site: Site) -> ASGIApp:
    """Mementos, on the origin of archived copies."""
    mementos = site.base if site.token else site.copies_base
    return memento_app.content_app(site.archive / LEDGER, site.archive, site.base, mementos)


LEDGER = "ledger.sqlite3"
