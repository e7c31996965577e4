"""The vocabulary: every value that passes between rooms.

Rules:
- Standard library only; values are frozen; times are aware UTC and end in `_at`.
- The web's failures are values here (Failure, Defect, Outcome); our own are exceptions (errors.py).
- `uri` is what the domain speaks of; `url` is only text as printed and CDXJ's own key.
- Nothing here holds a subscriber's identity but Wrapper.raw, which lives in memory alone.
"""

from crawler.model.archive import PASSING_REASONS, Capture, Completeness, Copy, Night, RecordType, captured_at, night_at
from crawler.model.changes import Change, Difference, FactChange, Layer, Line, Mark, PageChange, Shown, TextClass
from crawler.model.documents import (
    Citation,
    DateSource,
    Defect,
    Document,
    Flag,
    Issued,
    ItemCandidate,
    Kind,
    KnownNames,
    Rectangle,
    Retired,
    Unreadable,
    Wrapper,
)
from crawler.model.evidence import Evidence
from crawler.model.judgement import (
    Acceptance,
    Family,
    Group,
    Look,
    NightReading,
    Outcome,
    Page,
    Reading,
    Ruling,
    Sibling,
    Standing,
    Surroundings,
    Verdict,
)
from crawler.model.seen import Aside, Beside, Content, Coverage, Hop, Observation, SideLook, Via
from crawler.model.sight import Sight, SightKind
from crawler.model.targets import Attempt, Batch, Choice, Merge, Override, Target
from crawler.model.wire import NO_CONNECTION, Exchange, Failure, Head, Refusal, Timings, Tls, Truncated

__all__ = [
    "NO_CONNECTION",
    "PASSING_REASONS",
    "Acceptance",
    "Aside",
    "Attempt",
    "Batch",
    "Beside",
    "Capture",
    "Change",
    "Choice",
    "Citation",
    "Completeness",
    "Content",
    "Copy",
    "Coverage",
    "DateSource",
    "Defect",
    "Difference",
    "Document",
    "Evidence",
    "Exchange",
    "FactChange",
    "Failure",
    "Family",
    "Flag",
    "Group",
    "Head",
    "Hop",
    "Issued",
    "ItemCandidate",
    "Kind",
    "KnownNames",
    "Layer",
    "Line",
    "Look",
    "Mark",
    "Merge",
    "Night",
    "NightReading",
    "Observation",
    "Outcome",
    "Override",
    "Page",
    "PageChange",
    "Reading",
    "RecordType",
    "Rectangle",
    "Refusal",
    "Retired",
    "Ruling",
    "Shown",
    "Sibling",
    "SideLook",
    "Sight",
    "SightKind",
    "Standing",
    "Surroundings",
    "Target",
    "TextClass",
    "Timings",
    "Tls",
    "Truncated",
    "Unreadable",
    "Verdict",
    "Via",
    "Wrapper",
    "captured_at",
    "night_at",
]
