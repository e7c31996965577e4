"""Why something is so: the rule that says it, in words for both languages."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Evidence:
    """Why an outcome or verdict: the rule's id and the words to show, in both languages."""

    rule: str
    en: str
    zh: str
