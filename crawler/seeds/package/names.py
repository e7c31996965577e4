"""The names of elements and attributes in office documents, by the prefixes their standard uses (ECMA-376)."""

from __future__ import annotations

from functools import cache

_OFFICE = "http://schemas.openxmlformats.org"
_MICROSOFT = "http://schemas.microsoft.com/office"
NAMESPACES = {
    "w": f"{_OFFICE}/wordprocessingml/2006/main",
    "r": f"{_OFFICE}/officeDocument/2006/relationships",
    "a": f"{_OFFICE}/drawingml/2006/main",
    "wp": f"{_OFFICE}/drawingml/2006/wordprocessingDrawing",
    "pic": f"{_OFFICE}/drawingml/2006/picture",
    "m": f"{_OFFICE}/officeDocument/2006/math",
    "mc": f"{_OFFICE}/markup-compatibility/2006",
    "wps": f"{_MICROSOFT}/word/2010/wordprocessingShape",
    "wpg": f"{_MICROSOFT}/word/2010/wordprocessingGroup",
    "s": f"{_OFFICE}/spreadsheetml/2006/main",
    "xdr": f"{_OFFICE}/drawingml/2006/spreadsheetDrawing",
    "xtc": f"{_MICROSOFT}/spreadsheetml/2018/threadedcomments",
    "v": "urn:schemas-microsoft-com:vml",
}


@cache
def q(name: str) -> str:
    """The qualified name of `prefix:local`, as lxml writes it: `{namespace}local`."""
    prefix, _, local = name.partition(":")
    return f"{{{NAMESPACES[prefix]}}}{local}"
