"""Readings held against tables: what a reader says of each citation of a sample document."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from crawler.model import Citation, Document
from crawler.seeds.citations import cite
from crawler.seeds.reading import Reader, Reading
from crawler.seeds.show import citation_json

HERE = Path(__file__).parent
DOCUMENTS = HERE / "cases" / "documents"
ORDINARY: dict[str, Any] = {
    "anchor": None, "section": None, "item": None, "part": None, "fragments": 1, "flags": [], "defect": None,
}  # fmt: skip


def table(name: str) -> list[dict[str, Any]]:
    """The documents of a table in tests/cases."""
    rows: list[dict[str, Any]] = tomllib.loads((HERE / "cases" / name).read_text("utf-8"))["document"]
    return rows


def read(reader: Reader, content: bytes) -> Reading:
    """A reading that must be one."""
    reading = reader(content)
    assert isinstance(reading, Reading), f"an editor would be told {reading} of a document that can be read"
    return reading


def cited(reading: Reading) -> tuple[Citation, ...]:
    """The citations of a reading."""
    return cite(Document("x", "x", "0"), reading.mentions)


def hold(reader: Reader, folder: str, case: dict[str, Any]) -> None:
    """A sample document gives its citations, in order, and nothing else."""
    reading = read(reader, (DOCUMENTS / folder / case["name"]).read_bytes())
    citations = cited(reading)
    targets = [citation.uri or citation.printed for citation in citations]
    wanted = [row.get("uri") or row["printed"] for row in case["expected"]]
    assert targets == wanted, "an editor would miss links, or be shown what is none"
    for citation, row in zip(citations, case["expected"], strict=True):
        found = _told(citation)
        assert {key: found[key] for key in {**ORDINARY, **row}} == {**ORDINARY, **row}, found["uri"]
    if "warnings" in case:
        assert (reading.dated, len(reading.warnings)) == (case.get("dated"), case["warnings"])


def _told(citation: Citation) -> dict[str, Any]:
    told = citation_json(citation)
    told |= {"part": citation.part, "paragraph": citation.paragraph, "lines": list(citation.lines)}
    return told | {"candidates": [one.item for one in citation.item_candidates]}


def hold_offsets(reading: Reading, text: str, url_of: Callable[[str], str] = str) -> None:
    """Every mention points at its words, or at the URL as printed."""
    for mention in reading.mentions:
        shown = " ".join(text[mention.start : mention.end].split())
        if mention.anchor is None:
            assert shown in ("", " ".join(url_of(mention.url).split())), "the report would mark the wrong place"
        else:
            assert mention.anchor == shown or "***" in mention.anchor or "…" in mention.anchor or "[" in mention.anchor


def shown(reading: Reading) -> str:
    """Everything an editor or a file could show of a reading, in lower case."""
    citations = cited(reading)
    pieces = [json.dumps(citation_json(one), ensure_ascii=False) + repr(one) for one in citations]
    whys = [why.en + why.zh for why in reading.warnings]
    return "".join([*pieces, *whys]).lower()
