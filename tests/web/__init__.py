"""The fake web: real servers on loopback that misbehave as the live web does, and log every byte.

What lives where: server (FakeWeb) · sites (a host) · doors, names, certificates (before HTTP) ·
answers, redirects, walls, trouble, byte_cases (behaviours) · outcomes, briefing (whole webs) ·
log (what crossed the wire) · tunnel (the web as a proxy) · client (an independent eye) ·
bodies, prose (what pages are made of). `python -m tests.web` serves one.
"""

from __future__ import annotations

from tests.web.byte_cases import BYTE_CASES, ByteCase
from tests.web.certificates import Certificate
from tests.web.log import Log, Served
from tests.web.names import Name
from tests.web.server import FakeWeb
from tests.web.sites import Door, Site, byte_site, catalogue_site

__all__ = [
    "BYTE_CASES",
    "ByteCase",
    "Certificate",
    "Door",
    "FakeWeb",
    "Log",
    "Name",
    "Served",
    "Site",
    "byte_site",
    "catalogue_site",
]
