"""A fake web whose hosts turn with the nights: doors, names and certificates, as well as what their pages do.

Rules: `turn(night)` may be called only while no client is asking; what a host was before is gone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from tests.web.certificates import Authority, Certificate
from tests.web.names import Name
from tests.web.server import FakeWeb
from tests.web.sites import Site

Turns = Mapping[int, Site]


def site_on(turns: Turns, night: int) -> Site:
    """What a host is on a night: the newest of its turns."""
    return turns[max(since for since in turns if since <= night)]


class TurningWeb(FakeWeb):
    """A FakeWeb over hosts given as `{night: Site}`: each is that Site from that night on."""

    def __init__(self, hosts: Iterable[Turns], *, http_port: int = 0, https_port: int = 0, dns_port: int = 0) -> None:
        self._turns = tuple(hosts)
        address = "127.0.0.77" if http_port else "127.0.0.1"
        # Every turn is prepared for, so that no socket is opened later; the first night's come last and hold.
        super().__init__(
            (turns[since] for turns in self._turns for since in sorted(turns, reverse=True)),
            address=address,
            http_port=http_port,
            https_port=https_port,
            dns_port=dns_port,
        )

    def turn(self, night: int) -> None:
        """Make it that night."""
        self.night = night
        for turns in self._turns:
            site = site_on(turns, night)
            self.sites[site.host] = site
            self._zone[site.host] = self._entry_of(site)
            if (shown := self._shown.get((site.host, site.certificate))) is not None:
                self._contexts[site.host] = shown

    def _make_contexts(self, authority: Authority) -> None:
        super()._make_contexts(authority)
        wanted = {(site.host, site.certificate) for site in self.every_site if site.name is Name.KNOWN}
        wanted |= {(site.host, Certificate.VALID) for site in self.every_site}
        self._shown = {pair: authority.make_context(*pair) for pair in sorted(wanted, key=str)}
