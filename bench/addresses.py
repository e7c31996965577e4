"""The addresses a suite asks for: `python -m bench.addresses PORT NUMBER HOSTS KIND` writes them, one a line."""

from __future__ import annotations

import sys
from pathlib import Path


def uris(port: int, number: int, hosts: int, kind: str) -> list[str]:
    """Pages spread over hosts in turn; `kind` as in web.py."""
    return [f"http://{host(place % hosts)}:{port}/{kind}/{place}" for place in range(number)]


def host(number: int) -> str:
    """The loopback address of a host."""
    return f"127.{1 + number // 62500}.{number // 250 % 250}.{1 + number % 250}"


def write_list(path: Path, found: list[str]) -> Path:
    """A list as every program reads it."""
    path.write_text("".join(f"{uri}\n" for uri in found), "ascii")
    return path


if __name__ == "__main__":
    port, number, hosts = map(int, sys.argv[1:4])
    sys.stdout.writelines(f"{uri}\n" for uri in uris(port, number, hosts, sys.argv[4]))
