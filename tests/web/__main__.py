"""`python -m tests.web --state FILE.json`: serve a fake web until SIGTERM or SIGINT.

The file appears, whole, once everything listens: {"connect_to", "resolvers", "ca_file", "night_url", "hosts"}.
GET night_url tells the night, PUT sets it (`curl -X PUT --data 3 URL`).
"""

from __future__ import annotations

import argparse
import json
import signal
from collections.abc import Callable, Mapping
from pathlib import Path
from threading import Event

from tests.web.answers import text
from tests.web.briefing import briefing_sites
from tests.web.outcomes import outcome_sites
from tests.web.server import FakeWeb
from tests.web.sites import Site, byte_site, catalogue_site
from tests.web.wire import Call

WEBS: Mapping[str, Callable[[], list[Site]]] = {
    "briefing": briefing_sites,
    "outcomes": outcome_sites,
    "catalogue": lambda: [catalogue_site(), byte_site()],
}


class NightDial:
    """The path on the web's own address that tells and sets the night."""

    web: FakeWeb

    async def answer(self, call: Call) -> None:
        """GET tells; PUT sets to the decimal number in the body."""
        number = call.request.raw.partition(b"\r\n\r\n")[2].strip()
        if call.request.method == "PUT" and not number.isdigit():
            return await call.reply(400, b"give the night as a number, 0 for the first\n")
        if call.request.method == "PUT":
            self.web.night = int(number)
        return await text(f"{self.web.night}\n").answer(call)


def main() -> None:
    """Read the command line, serve, wait for a signal, and end cleanly."""
    options = read_options()
    done = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: done.set())
    dial = NightDial()
    control = Site(options.address, {"/night": dial}, addresses=(options.address,))
    sites = [*WEBS[options.web](), control]
    ports = {"http_port": options.http_port, "https_port": options.https_port, "dns_port": options.dns_port}
    dial.web = FakeWeb(sites, address=options.address, **ports)
    with dial.web as web:
        write_state(options.state, web)
        done.wait()
        options.state.unlink(missing_ok=True)


def read_options() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.web", description=__doc__)
    parser.add_argument("--state", type=Path, required=True, metavar="FILE.json")
    parser.add_argument("--web", choices=sorted(WEBS), default="briefing")
    parser.add_argument("--address", default="127.0.0.1")
    for name in ("--http-port", "--https-port", "--dns-port"):
        parser.add_argument(name, type=int, default=0)
    return parser.parse_args()


def write_state(path: Path, web: FakeWeb) -> None:
    """Tell where everything is; the file is complete as soon as it is there."""
    address, port = web.place_of(web.address)
    state = {
        "connect_to": web.connect_to,
        "resolvers": web.resolvers,
        "ca_file": str(web.ca_file),
        "night_url": f"http://{address}:{port}/night",
        "hosts": web.hosts_lines(),
    }
    partial = path.with_suffix(".partial")
    partial.write_text(json.dumps(state, indent=2) + "\n", "utf-8")
    partial.replace(path)


if __name__ == "__main__":
    main()
