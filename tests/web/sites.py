"""What a host of the fake web is: its paths, its robots.txt, its name, its certificate and its door."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from urllib.parse import quote

from tests.web.answers import Answer, Behaviour, File, NotFound, Page, text
from tests.web.bodies import make_png
from tests.web.byte_cases import BYTE_CASES
from tests.web.byte_cases import HOST as BYTE_HOST
from tests.web.certificates import Certificate
from tests.web.names import Name
from tests.web.redirects import RAW_UTF_8, REDIRECTS, Redirect
from tests.web.trouble import TROUBLE
from tests.web.walls import WALLS
from tests.web.wire import Request


class Door(Enum):
    """What happens to a TCP connection before any byte of TLS or HTTP."""

    OPEN = "open"
    REFUSED = "refused"  # nothing listens: RST to the SYN
    UNANSWERED = "unanswered"  # the backlog is full: the SYN is dropped
    RESET = "reset"  # accepted, then RST at once
    SILENT = "silent"  # accepted, then nothing
    PLAIN = "plain"  # the TLS port speaks plain HTTP
    ALERT = "alert"  # the TLS port answers every handshake with a fatal alert


THEME: Mapping[str, Behaviour] = {
    "/theme/site.css": Answer(body=b"main { max-width: 40rem }\n", media_type="text/css"),
    "/theme/picture.png": File(make_png(), "image/png", validated=True),
}


@dataclass(frozen=True)
class Site:
    """One host. `paths` are looked up by target with query, then by path, then by the longest `prefix*`.

    `upgrade` answers everything over http with a 301 to https; `addresses` are what DNS says instead of
    the web's own address (such a host is left out of `connect_to`, so that a client must ask).
    """

    host: str
    paths: Mapping[str, Behaviour] = field(default_factory=dict)
    robots: Behaviour = field(default_factory=NotFound)
    otherwise: Behaviour = field(default_factory=NotFound)
    certificate: Certificate = Certificate.VALID
    name: Name = Name.KNOWN
    door: Door = Door.OPEN
    upgrade: bool = False
    addresses: tuple[str, ...] = ()

    @property
    def mapped(self) -> bool:
        """Whether `connect_to` and /etc/hosts lead to it."""
        return self.name is Name.KNOWN and not self.addresses

    def find(self, request: Request, scheme: str) -> Behaviour:
        """The behaviour that stands at a request's target."""
        if self.upgrade and scheme == "http":
            return Redirect(f"https://{self.host}{request.target}", 301)
        if request.path == "/robots.txt":
            return self.robots
        for key in (request.target, request.path):
            if found := self.paths.get(key) or THEME.get(key):
                return found
        prefixes = [key for key in self.paths if key.endswith("*") and request.target.startswith(key[:-1])]
        return self.paths[max(prefixes, key=len)] if prefixes else self.otherwise


def robots(*rules: str) -> Answer:
    """A robots.txt of those lines below `User-agent: *`."""
    return text("\n".join(("User-agent: *", *rules, "")))


def catalogue_site() -> Site:
    """Every behaviour that has a name, each at /name of one host; redirects lead to /landing."""
    rows = {**REDIRECTS, **WALLS, **TROUBLE}
    paths = {f"/{name}": behaviour for name, behaviour in rows.items()}
    landing = Page("Where redirects land")
    return Site(
        "catalogue.example.org", {**paths, "/landing": landing, quote(RAW_UTF_8): landing, "/": Page("Catalogue")}
    )


def byte_site() -> Site:
    """The byte cases, each at /name of one host that allows everything."""
    return Site(BYTE_HOST, {f"/{name}": case for name, case in BYTE_CASES.items()}, robots=robots("Disallow:"))
