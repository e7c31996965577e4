"""Whose page is cited: the organisation behind a host, from organisations.toml or by the name that was registered."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from crawler.suffixes import registrable


@dataclass(frozen=True, slots=True)
class Organisation:
    """Who answers for a host; `key` is the same in every report and language."""

    key: str
    zh: str
    en: str

    def told(self, language: str) -> str:
        """Its name in a language."""
        return self.zh if language == "zh" else self.en


def _read() -> dict[str, Organisation]:
    """The rows of the table, by the end of a host's name."""
    rows = tomllib.loads(files("crawler.reports").joinpath("organisations.toml").read_text("utf-8"))["organisation"]
    return {host: Organisation(row["hosts"][0], row["zh"], row["en"]) for row in rows for host in row["hosts"]}


KNOWN = _read()


@cache
def organisation_of(host: str) -> Organisation | None:
    """Whose a host is; None for no host at all."""
    if not host:
        return None
    labels = host.split(".")
    known = (KNOWN.get(".".join(labels[place:])) for place in range(len(labels)))
    return next((found for found in known if found), None) or _registered(host)


def _registered(host: str) -> Organisation:
    name = registrable(host)
    return Organisation(name, name, name)
