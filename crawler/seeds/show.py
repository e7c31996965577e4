"""Citations for scripts: the JSON object, and a document's name for people.

Rules:
- Everything here is redacted; a field of the contract is never renamed, further fields follow after.
"""

from __future__ import annotations

import dataclasses
import unicodedata
from typing import Any

from crawler.model import Citation
from crawler.urls.redact import redact, redact_fragment, redact_text

_UNSHOWN = ("Cc", "Cf", "Cs", "Zl", "Zp")  # control and format characters: a terminal would obey them


def shown_document(path: str) -> str:
    """A document's path for people: redacted, control characters escaped."""
    return "".join(
        one.encode("unicode_escape").decode() if unicodedata.category(one) in _UNSHOWN else one
        for one in redact_text(path)
    )


def citation_json(citation: Citation) -> dict[str, Any]:
    """The object of `cite --format jsonl`, in the contract's order."""
    return {
        "id": citation.id,
        "document": redact_text(citation.document),
        "sha256": citation.sha256,
        "ordinal": citation.ordinal,
        "fragments": citation.fragments,
        "page": citation.page,
        "lines": list(citation.lines),
        "start": citation.start,
        "end": citation.end,
        "printed": citation.printed,
        "anchor": citation.anchor,
        "context": citation.context,
        "kind": citation.kind.value,
        "uri": _redacted(citation.uri),
        "urlkey": citation.urlkey,
        "section": citation.section,
        "item": citation.item,
        "item_candidates": [{"item": one.item, "why": one.why} for one in citation.item_candidates],
        "flags": [flag.value for flag in citation.flags],
        "defect": citation.defect and citation.defect.value,
        "text_fragment": _redacted(citation.text_fragment),
        "uri_fragment": citation.uri_fragment and redact_fragment(citation.uri_fragment),
        "alternatives": [redact(uri) for uri in citation.alternatives],
        "column": citation.column,
        "part": citation.part and redact_text(citation.part),
        "paragraph": citation.paragraph,
        "rectangles": [dataclasses.asdict(rectangle) for rectangle in citation.rectangles],
        "issued": citation.issued and {"date": citation.issued.date, "source": citation.issued.source.value},
        "notes": [{"rule": note.rule, "en": note.en, "zh": note.zh} for note in citation.notes],
    }


def _redacted(uri: str | None) -> str | None:
    return None if uri is None else redact(uri)
