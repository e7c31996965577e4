"""What is known of one citation's target, in lines for an editor: who said so, when, and what was asked.

Rules:
- Everything is redacted; times are told in the configured zone.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from crawler.config import Config
from crawler.judge.unknown import explain_unknown
from crawler.ledger.ledger import Ledger
from crawler.model import Attempt, Citation, Override, Wrapper
from crawler.night.settle import known_targets, settle, typed_subject
from crawler.urls.redact import redact, redact_text


def show_target(ledger: Ledger, config: Config, citation: Citation) -> str:
    """Everything known of a citation's target, a line each."""
    return "\n".join(_lines(ledger, config, citation))


def _lines(ledger: Ledger, config: Config, citation: Citation) -> Iterator[str]:
    zone = ZoneInfo(config.timezone)
    (now,) = settle([citation], known_targets(ledger, config))
    yield f"{citation.id}  {redact_text(citation.document)}"
    yield f"printed   {citation.printed}"
    yield f"target    {_told_target(citation, now)}"
    yield from (f"note      {note.en}" for note in now.notes)
    yield from (f"or        {redact(other)}" for other in now.alternatives)
    if citation.wrapper is not None:
        yield from _tracker_lines(ledger, citation.wrapper, zone)
    yield from (_typed_line(typed, zone) for typed in ledger.overrides_of(typed_subject(citation)))
    yield from (f"merged    in night {merge.night}: {merge.why.en}" for merge in ledger.merges_of(now.uri or ""))


def _told_target(citation: Citation, now: Citation) -> str:
    taken_back = any(note.rule == "target-typed" for note in citation.notes) and not now.notes
    if taken_back and citation.wrapper is None:
        return "as printed: the next night reads it anew"
    return redact(now.uri) if now.uri else "unknown"


def _tracker_lines(ledger: Ledger, wrapper: Wrapper, zone: ZoneInfo) -> Iterator[str]:
    yield f"wrapper   {wrapper.redacted} ({wrapper.rule})"
    evidence = ledger.tracker_evidence().get(wrapper.sha256)
    answered = ledger.tracker_answer(wrapper.sha256)
    if answered is None:
        answer = str(json.loads(evidence)["answer"]) if evidence else None
        yield f"answered  nothing yet: {explain_unknown(answer).evidence.en}"
    else:
        yield f"answered  {redact(answered)}"
    yield from (_attempt_line(attempt, zone) for attempt in ledger.attempts_of(wrapper.sha256))


def _attempt_line(attempt: Attempt, zone: ZoneInfo) -> str:
    whose = f"in night {attempt.night}" if attempt.night else "by an editor"
    answer = json.loads(attempt.answer)["answer"] if attempt.answer else "no answer came"
    unsent = "" if attempt.sent is not False else ", nothing was sent"
    return f"asked     {_time(attempt.intended_at, zone)} {whose}: {answer}{unsent}"


def _typed_line(typed: Override, zone: ZoneInfo) -> str:
    target = redact(typed.uri) if typed.uri else "taken back"
    return f"typed     {_time(typed.set_at, zone)} {target}: {typed.why}"


def _time(at: datetime, zone: ZoneInfo) -> str:
    return f"{at.astimezone(zone):%Y-%m-%d %H:%M}"
