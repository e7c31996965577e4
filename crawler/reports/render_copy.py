"""The text of an archived page as a page of ours, to be opened from a folder: nothing of the stranger's can act there.

Rules:
- One file stands for a payload, whatever report links to it: both languages are on it, and no date but the payload's.
"""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from markupsafe import Markup

from crawler.model import Page
from crawler.reports.page import environment, framed, policy
from crawler.reports.words import LANGUAGES, say, tell_time

_STYLE = Path(__file__).with_name("copy.css").read_text("utf-8")
_ENVIRONMENT = environment()
# A language tag as far as a browser makes something of it (RFC 5646 §2.1).
_TONGUE = re.compile(r"[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8}){0,3}")


def render_copy(page: Page, uri: str, seen_at: datetime, timezone: str) -> str:
    """The page of a payload: what it showed at a uri (as shown) at the instant when it was first archived. Valid UTF-8
    text."""
    told = _ENVIRONMENT.get_template("copy.html.j2").render(
        **framed("zh", timezone) | {"style": Markup(_STYLE), "policy": policy(_STYLE)},
        title=page.sight.title or uri,
        tongue=page.sight.language if _TONGUE.fullmatch(page.sight.language) else "",
        uri=uri,
        lines=[line for line in text_of(page).splitlines() if line.strip()],
        both={
            "title": _both("title"),
            "seen": tuple(
                say("copy_page.seen", language, time=tell_time(seen_at, language, ZoneInfo(timezone)))
                for language in LANGUAGES
            ),
            "note": _both("note"),
        },
    )
    return told.encode("utf-8", "replace").decode("utf-8")


def text_of(page: Page) -> str:
    """The text that stands for a page: its main text, or else how its visible text begins."""
    return page.text.strip() or page.sight.opening.strip()


def _both(name: str) -> tuple[str, ...]:
    return tuple(say(f"copy_page.{name}", language) for language in LANGUAGES)
