"""`evercite serve`: reports, documents, links and archived copies for a browser."""

from __future__ import annotations

import argparse
import ipaddress
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from crawler.cli.options import Commands, add_places, config_of, plain, read_ledger
from crawler.errors import UsageError

if TYPE_CHECKING:
    import socket

    from crawler.serve.site import Site

PORT = 8573


def add_serve(commands: Commands) -> None:
    parser = commands.add_parser("serve", help="reports, documents, links and archived copies in a browser")
    add_places(parser)
    parser.add_argument("--reports", metavar="DIR", type=Path, default=Path("reports"))
    parser.add_argument("--host", metavar="ADDRESS", default="127.0.0.1", help="any but loopback needs a token")
    parser.add_argument("--port", metavar="N", type=_port, default=PORT, help=f"default: {PORT}; 0: any free one")
    parser.add_argument("--copies-port", metavar="N", type=_port, help="of archived copies (default: the next one)")
    parser.add_argument("--base", metavar="URL", help="how readers reach it, like https://links.example.org")
    parser.add_argument("--copies-base", metavar="URL", help="the same of archived copies: another origin")
    parser.add_argument("--token-file", metavar="FILE", type=Path, help="a secret that readers have to show")
    parser.set_defaults(run=_serve)


def _serve(options: argparse.Namespace) -> int:
    from crawler.replay.memento_app import Ledgers
    from crawler.serve.app import content_app, hosts_of, pages_app
    from crawler.serve.listening import bind, listen
    from crawler.serve.mementos import LEDGER
    from crawler.serve.site import Site
    from crawler.serve.token import read_token

    bases = _base(options.base, "--base"), _base(options.copies_base, "--copies-base")
    token = read_token(options.token_file) if options.token_file else None
    _check_open(options.host, token is not None, bool(bases[0]))
    config = config_of(options)
    read_ledger(options.archive).close()  # what is wrong with it is told before anything is served
    here = bind(options.host, options.port)
    copies = bind(options.host, _copies_port(options))
    site = Site(
        options.archive,
        options.reports,
        Ledgers(options.archive / LEDGER),
        config,
        bases[0] or _origin(options.host, here),
        bases[1] or _beside(bases[0], _origin(options.host, copies)),
        token,
        _log,
    )
    _check_apart(site)
    print(f"{site.base}/ (archived copies: {site.copies_base}/)", flush=True)
    names = _names(options.host, here), _names(options.host, copies)
    listen(
        [
            (here, pages_app(site, hosts_of(site.base, *names[0]))),
            (copies, content_app(site, hosts_of(site.copies_base, *names[1]))),
        ]
    )
    return 0


def _log(line: str) -> None:
    for one in line.splitlines():
        print(plain(one), file=sys.stderr, flush=True)


# ---------------------------------------------------------------- what is asked of the command line


def _port(text: str) -> int:
    if not text.isdecimal() or int(text) > 65535:
        raise argparse.ArgumentTypeError(f"{text!r} is no port; give a number from 0 to 65535")
    return int(text)


def _copies_port(options: argparse.Namespace) -> int:
    if options.copies_port is not None:
        return int(options.copies_port)
    return options.port + 1 if 0 < options.port < 65535 else 0


def _base(text: str | None, option: str) -> str:
    """An origin as browsers name it, without a slash at its end. Raises UsageError for anything else."""
    if not text:
        return ""
    try:
        parts = urlsplit(text)
        whole = parts.scheme in ("http", "https") and parts.hostname and parts.path in ("", "/")
        whole = whole and re.fullmatch(r"[!-~]+", text) and parts.port != 0  # what stands in a field; may raise
    except ValueError:
        whole = False
    if not whole or parts.query or parts.fragment or "@" in parts.netloc:
        raise UsageError(
            f"{option} {plain(text)} is no origin; give one like https://links.example.org, without a path"
        )
    usual = {"http": ":80", "https": ":443"}[parts.scheme]  # browsers leave it out (RFC 6454 §6.2)
    return f"{parts.scheme}://{parts.netloc.lower().removesuffix(usual).removesuffix(':')}"


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _check_open(host: str, guarded: bool, named: bool) -> None:
    """Refuse to open the archive to others without a token, or under a name that nobody can use."""
    if not _is_loopback(host) and not guarded:
        raise UsageError(
            f"--host {plain(host)} opens the archive to other machines: give --token-file, a file with a secret of at"
            " least 32 characters"
        )
    if host in ("0.0.0.0", "::", "") and not named:
        raise UsageError(f"--host {plain(host)} is no address that readers can open; say with --base how they reach it")


def _check_apart(site: Site) -> None:
    if site.base == site.copies_base:
        raise UsageError(f"{site.base} cannot be both; archived copies need an origin of their own (--copies-base)")


def _origin(host: str, bound: socket.socket) -> str:
    name = f"[{host}]" if ":" in host else host
    return f"http://{name}:{bound.getsockname()[1]}"


def _beside(base: str, copies: str) -> str:
    """The origin of copies where only the other one is named: the same host, the copies' own port."""
    return f"{urlsplit(base).scheme}://{_host_in(base)}:{urlsplit(copies).port}" if base else copies


def _host_in(base: str) -> str:
    host = urlsplit(base).hostname or ""
    return f"[{host}]" if ":" in host else host


def _names(host: str, bound: socket.socket) -> tuple[str, ...]:
    """What a listener is asked under besides its base: its address, and for this machine alone its usual names."""
    hosts = ("127.0.0.1", "localhost", "[::1]") if _is_loopback(host) else ()
    port = bound.getsockname()[1]
    known = (*hosts, f"[{host}]" if ":" in host else host)
    return tuple(f"{name}:{port}" for name in known) + (known if port == 80 else ())
