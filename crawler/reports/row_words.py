"""What is said of a row in words: what to do, what stands behind the verdict, how far its copy is from the issue.

Rules:
- Nothing is said twice: evidence that the verdict's own word tells already is left out.
- A night that says nothing of the sites gives no hint about one.
"""

from __future__ import annotations

from crawler.model import Evidence, Group, Outcome, Verdict
from crawler.reports.remedies import Way, remedy_of
from crawler.reports.rows import OURS, TONE, Row, Tone
from crawler.reports.words import CATALOG, say

FAR_DAYS = 45  # a copy that far from the issue date may show another state
_MONTH_DAYS = 30.44
_WITH_HINT = frozenset({Group.NEEDS_YOU, Group.WATCHING, Group.CANNOT_JUDGE})
# Evidence that says nothing beyond the verdict's own word, and verdicts that ask nothing of an editor.
_PLAIN_RULES = frozenset({"ok", "not-crawled", "not-checked", "not-checked-invalid"})
_NOTHING_TO_DO = frozenset({Verdict.OK, Verdict.NOT_CRAWLED, Verdict.NOT_CHECKED, Verdict.HUMAN_OK, Verdict.IGNORED})


def find_instead(row: Row) -> str:
    """The address to print instead of the cited one; '' where there is none to print, or none is needed."""
    remedy = remedy_of(row)
    return remedy.text if remedy and remedy.way in (Way.ADDRESS, Way.COPY) else ""


def tell_distance(row: Row, language: str) -> str:
    """How far from the issue date a row's copy was taken; '' where that is near, or not known."""
    days = row.copy.days if row.copy else None
    if days is None or abs(days) <= FAR_DAYS:
        return ""
    return say("ui.copy_late" if days > 0 else "ui.copy_early", language, n=round(abs(days) / _MONTH_DAYS))


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
