"""What changed on a page, as a report shows it: against which copy, in how many words, line by line.

Rules:
- An addition and a removal are told by a word and a sign, never by colour alone.
- What an editor relies on comes first: cited evidence, then facts, then lines.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from crawler.model import Difference, Layer, Line, TextClass
from crawler.reports.words import say

# Layers that say something of their own; the others show in the text, or matter to nobody who reads.
_TOLD_LAYERS = (Layer.HEADING, Layer.DOWNLOADS, Layer.PDF, Layer.IMAGE, Layer.BINARY)
MOST_FACTS = 12


@dataclass(frozen=True, slots=True)
class Changed:
    """A row's change: how it differs from the copy of `baseline_at`, and the lines of the whole difference."""

    difference: Difference
    baseline_at: datetime
    lines: tuple[Line, ...] = ()

    def told(self, language: str) -> str:
        """What differs, in a few words."""
        found = self.difference
        parts = [] if found.text_class in (TextClass.SAME, TextClass.UNCOMPARED) else [f"change.{found.text_class}"]
        parts += [f"layer.{layer}" for layer in _TOLD_LAYERS if layer in found.layers]
        stop = "；" if language == "zh" else "; "
        return stop.join(say(part, language) for part in parts or [f"change.{found.text_class}"])

    def facts(self, language: str) -> tuple[tuple[str, str, str], ...]:
        """The facts that differ: (what it is, before, after), as many as a row has room for; '' where there is none."""
        facts = self.difference.facts[:MOST_FACTS]
        return tuple((say(f"fact.{fact.kind}", language), fact.before, fact.after) for fact in facts)
