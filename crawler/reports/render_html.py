"""The report as pages that stand alone: no script, no server, nothing loaded from anywhere.

Rules:
- Everything from outside is escaped, isolated in its own direction, and shown without invisible characters.
- The style is the page's only active part; the policy names its hash, so that injected style is not applied.
- index.html is in the configured language; index.zh.html and index.en.html are both there.
"""

from __future__ import annotations

from functools import partial

from crawler.model import Evidence, Group, Outcome, Verdict
from crawler.reports.health import OURS, STRIP_NIGHTS, TONE, HealthReport, Row, Tone
from crawler.reports.page import environment, framed
from crawler.reports.words import CATALOG, LANGUAGES, say

_ENVIRONMENT = environment()


def render_pages(report: HealthReport, language: str) -> dict[str, str]:
    """File name → page: index.html in `language` ("zh" or "en"), and one page per language."""
    pages = {f"index.{code}.html": render_html(report, code) for code in LANGUAGES}
    return {"index.html": pages[f"index.{language}.html"], **pages}


def render_html(report: HealthReport, language: str) -> str:
    """One page in one language, linking to the other. Valid UTF-8 text."""
    return _ENVIRONMENT.get_template("report.html.j2").render(
        **framed(language, report.timezone),
        report=report,
        tones=tuple(Tone),
        strip_nights=STRIP_NIGHTS,
        compact=COMPACT,
        nights=partial(tell_nights, language=language),
        hints=partial(find_hints, language=language, telling=report.telling),
        tonight=partial(tell_tonight, language=language, telling=report.telling),
        evidence=partial(tell_evidence, language=language),
        note=partial(tell_note, language=language, telling=report.telling),
    )


# Groups with nothing to act on: a line or two a row, the rest folded away.
COMPACT = frozenset({Group.FINE, Group.HANDLED, Group.NOT_CHECKED})
_WITH_HINT = frozenset({Group.NEEDS_YOU, Group.WATCHING, Group.CANNOT_JUDGE})
# Evidence that says nothing beyond the verdict's own word, and verdicts that ask nothing of an editor.
_PLAIN_RULES = frozenset({"ok", "not-crawled", "not-checked", "not-checked-invalid"})
_NOTHING_TO_DO = frozenset({Verdict.OK, Verdict.NOT_CRAWLED, Verdict.NOT_CHECKED, Verdict.HUMAN_OK, Verdict.IGNORED})


def find_hints(row: Row, language: str, telling: bool = True) -> tuple[str, ...]:
    """What to do about a row: by its verdict, and by tonight's outcome where that adds something.

    On a night that is not `telling` a failed outcome is no hint about the site.
    """
    advice = tell_advice(row, language)
    hint = say(f"outcome_advice.{row.outcome}", language)
    adds = row.standing.group in _WITH_HINT and hint != advice and not row.outcome.startswith("ok")
    return (advice, hint) if adds and (telling or row.outcome in OURS) else (advice,)


def tell_advice(row: Row, language: str) -> str:
    """What to do about a row; a copy is only advised where there is one."""
    copy = say("ui.advise_copy" if row.copies else "ui.advise_no_copy", language)
    return say(f"verdict_advice.{row.standing.verdict}", language, copy=copy)


def tell_evidence(row: Row, evidence: Evidence, language: str) -> str:
    """The words of a piece of evidence, without the address where the row shows it already."""
    shown = row.target
    if shown and shown != row.printed and evidence.rule in CATALOG["short"] and shown in evidence.en:
        return say(f"short.{evidence.rule}", language)
    return evidence.zh if language == "zh" else evidence.en


def tell_tonight(row: Row, language: str, telling: bool = True) -> str:
    """What this night saw; '' where the verdict says it already, or where the whole night says nothing of the sites."""
    if not telling or row.standing.evidence.rule == row.evidence.rule:
        return ""
    return tell_evidence(row, row.evidence, language)


def tell_note(row: Row, language: str, telling: bool = True) -> str:
    """What a compact row says beyond its verdict: odd evidence, a night that went otherwise, something to do."""
    parts = []
    if row.standing.evidence.rule not in _PLAIN_RULES:
        parts.append(tell_evidence(row, row.standing.evidence, language))
    if TONE[row.outcome] is not Tone.GOOD and row.outcome is not Outcome.NOT_CRAWLED:
        parts.append(tell_tonight(row, language, telling))
    if row.standing.verdict not in _NOTHING_TO_DO:
        parts.append(tell_advice(row, language))
    return ("" if language == "zh" else " ").join(part for part in parts if part)


def tell_nights(row: Row, language: str) -> str:
    """How many nights stand behind a verdict; '' where none are counted."""
    n = row.standing.failing_nights
    if n == 0:
        return ""
    confirmed = "nights" if row.standing.group is Group.NEEDS_YOU else "failing_nights"
    return say(f"ui.{confirmed if n > 1 else confirmed.removesuffix('s')}", language, n=n)
