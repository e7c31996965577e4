"""The folder of reports as files: each with its type, none that lies outside or is hidden, parts of them on demand.

Rules:
- A type that a browser might run is handed out to be saved, never opened; a copy from the web is opened in a sandbox.
- A page of a report brings its own policy (the hash of its script); what is said here comes on top of it.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import PurePath

from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

_OURS = "base-uri 'none'; object-src 'none'; form-action 'none'; frame-ancestors 'none'"
_NOTHING = "default-src 'none'; frame-ancestors 'none'"
_COPY = f"sandbox allow-popups; {_NOTHING}; style-src 'unsafe-inline'; img-src data:"
# Browsers do not show a PDF in a sandbox; their viewers run no script of a page.
_PDF = f"{_NOTHING}; object-src 'self'; style-src 'unsafe-inline'; img-src data:"
COPIES = "copies"


@dataclass(frozen=True, slots=True)
class Type:
    """How files of a kind are handed out: to be shown or saved, under which policy."""

    media_type: str
    shown: bool = True
    policy: str = _NOTHING


TYPES = {
    ".html": Type("text/html; charset=utf-8", policy=_OURS),
    ".json": Type("application/json"),
    ".txt": Type("text/plain; charset=utf-8"),
    ".log": Type("text/plain; charset=utf-8"),
    ".md": Type("text/markdown; charset=utf-8", shown=False),
    ".csv": Type("text/csv; charset=utf-8", shown=False),
    ".xlsx": Type("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", shown=False),
    ".xml": Type("application/xml", shown=False),
    ".sarif": Type("application/sarif+json", shown=False),
    ".pdf": Type("application/pdf", policy=_PDF),
    ".png": Type("image/png"),
    ".jpg": Type("image/jpeg"),
    ".jpeg": Type("image/jpeg"),
    ".gif": Type("image/gif"),
    ".webp": Type("image/webp"),
    ".avif": Type("image/avif"),
}
_UNKNOWN = Type("application/octet-stream", shown=False)


class ReportFiles(StaticFiles):
    """The files of a folder of reports; a folder in it is its index.html."""

    async def check_config(self) -> None:
        """Nothing: a folder that is not there yet has no files."""

    def lookup_path(self, path: str) -> tuple[str, os.stat_result | None]:
        """The file of a path; what is hidden is not there."""
        if any(part.startswith(".") and part != "." for part in PurePath(path).parts):
            return "", None
        return super().lookup_path(path)

    def file_response(
        self, full_path: str | os.PathLike[str], stat_result: os.stat_result, scope: Scope, status_code: int = 200
    ) -> Response:
        """A file with its type and policy."""
        path = PurePath(full_path)
        kind = TYPES.get(path.suffix.lower(), _UNKNOWN)
        from_web = path.parent.name == COPIES and kind.media_type.startswith("text/html")
        answer = super().file_response(full_path, stat_result, scope, status_code)
        answer.headers["Content-Type"] = kind.media_type
        answer.headers["Content-Security-Policy"] = _COPY if from_web else kind.policy
        answer.headers["Cache-Control"] = "no-cache"
        if not kind.shown:
            answer.headers["Content-Disposition"] = f'attachment; filename="{_plain(path.name)}"'
        return answer


def _plain(name: str) -> str:
    """A file's name as it may stand in a field (RFC 6266 §4.3)."""
    return "".join(one if one.isascii() and (one.isalnum() or one in "._-") else "_" for one in name)
