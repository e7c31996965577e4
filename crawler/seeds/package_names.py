"""The names of WordprocessingML: short prefixes for the namespaces of its elements and attributes."""

from __future__ import annotations

from functools import cache

_OFFICE = "http://schemas.openxmlformats.org"
_MICROSOFT = "http://schemas.microsoft.com/office/word/2010"
NAMESPACES = {
    "w": f"{_OFFICE}/wordprocessingml/2006/main",
    "r": f"{_OFFICE}/officeDocument/2006/relationships",
    "a": f"{_OFFICE}/drawingml/2006/main",
    "wp": f"{_OFFICE}/drawingml/2006/wordprocessingDrawing",
    "pic": f"{_OFFICE}/drawingml/2006/picture",
    "m": f"{_OFFICE}/officeDocument/2006/math",
    "mc": f"{_OFFICE}/markup-compatibility/2006",
    "wps": f"{_MICROSOFT}/wordprocessingShape",
    "wpg": f"{_MICROSOFT}/wordprocessingGroup",
    "v": "urn:schemas-microsoft-com:vml",
}


@cache
def q(name: str) -> str:
    """The qualified name of `prefix:local`, as lxml writes it: `{namespace}local`."""
    prefix, _, local = name.partition(":")
    return f"{{{NAMESPACES[prefix]}}}{local}"
