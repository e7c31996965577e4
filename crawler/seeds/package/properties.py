"""What an office package's core properties say of its document (ECMA-376-2 §11).

Rules:
- A document is dated by its last modification: a new issue is often written over the last one's file, and keeps
  that one's date of creation. Creation counts where there is no modification.
- Dates before FIRST_YEAR are what clocks and libraries write that know none.
"""

from __future__ import annotations

import re
from datetime import date

from lxml import etree

from crawler.seeds.package.opening import Package

FIRST_YEAR = 1990
_DATE = re.compile(r"\s*(\d{4}-\d\d-\d\d)")  # W3CDTF; dates without a day are not written by any office program


def read_dated(package: Package) -> str | None:
    """The ISO date of the document by its properties, or None."""
    part = next((one.target for one in package.relations("").values() if one.kind == "core-properties"), "")
    tree = package.tree(part)
    if not isinstance(tree, etree._Element):
        return None
    found = (_date(tree.findtext(f"{{http://purl.org/dc/terms/}}{name}") or "") for name in ("modified", "created"))
    return next(filter(None, found), None)


def _date(text: str) -> str | None:
    found = _DATE.match(text)
    try:
        return found[1] if found and date.fromisoformat(found[1]).year >= FIRST_YEAR else None
    except ValueError:
        return None
