"""Values of the ledger as pages may show them: every address and name redacted."""

from __future__ import annotations

from dataclasses import replace

from crawler.model import Citation
from crawler.reports.visible import is_web
from crawler.seeds.show import shown_document
from crawler.urls.redact import redact


def shown_citation(citation: Citation) -> Citation:
    """A citation whose document and addresses may be read by anybody."""
    return replace(
        citation,
        document=shown_document(citation.document),
        uri=citation.uri and redact(citation.uri),
        same_as=citation.same_as and redact(citation.same_as),
    )


def memento_path(timestamp: str, uri: str) -> str | None:
    """Where a capture is opened on this server; None for an address that names somebody or is no web address."""
    return f"/memento/{timestamp}/{uri}" if redact(uri) == uri and is_web(uri) and "#" not in uri else None
