"""The frame that every page stands in, the report's and those that are served: style, policy, words, what is shown how.

Rules:
- Everything from outside is escaped, isolated in its own direction, and shown without invisible characters.
- A page's style and its one script, if any, are named by hash in its policy: nothing else acts.
"""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from crawler.model import Group, captured_at, night_at
from crawler.reports.chart import draw_months, find_worst
from crawler.reports.strips import draw_picture
from crawler.reports.visible import brief, is_web, isolate, show
from crawler.reports.words import HTML_LANGUAGES, LANGUAGES, say, tell_date, tell_issue, tell_part, tell_time

_HERE = Path(__file__).parent
STYLE = "".join((_HERE / name).read_text("utf-8") for name in ("report.css", "tables.css"))


def policy(style: str, script: str = "") -> str:
    """The Content-Security-Policy of a page with this style and script (CSP Level 3 §6.7.3.3: hash of an element's
    text)."""
    scripts = f"script-src {_hash(script)}; " if script else ""
    return f"default-src 'none'; {scripts}style-src {_hash(style)}; img-src data:; base-uri 'none'; form-action 'none'"


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode('utf-8')).digest()).decode('ascii')}'"


def environment(*folders: Path) -> Environment:
    """The templates of the reports, and of whoever brings more."""
    made = Environment(
        loader=FileSystemLoader([*folders, _HERE]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["show"] = show
    made.filters["brief"] = brief
    made.filters["isolate"] = isolate
    made.globals.update(draw_months=draw_months, find_worst=find_worst)  # for trend.html.j2
    made.filters["upper_first"] = lambda text: text[:1].upper() + text[1:]
    return made


def framed(language: str, timezone: str, script: str = "") -> dict[str, Any]:
    """What the templates of a page in one language ask for: "zh" or "en"; dates are told in a time zone."""
    zone = ZoneInfo(timezone)
    return {
        "language": language,
        "html_language": HTML_LANGUAGES[language],
        "other": next(code for code in LANGUAGES if code != language),
        "languages": HTML_LANGUAGES,
        "style": Markup(STYLE),
        "script": Markup(script),
        "policy": policy(STYLE, script),
        "groups": tuple(Group),
        "say": lambda key, **figures: say(key, language, **figures),
        "told": lambda said: said.zh if language == "zh" else said.en,
        "tell_date": lambda at: tell_date(at, language, zone),
        "tell_issue": lambda day: tell_issue(day, language),
        "tell_part": lambda part: tell_part(part, language),
        "tell_time": lambda at: tell_time(at, language, zone),
        "night_at": night_at,
        "captured_at": captured_at,
        "is_web": is_web,
        "picture": lambda cells: draw_picture(cells, language, zone),
    }
