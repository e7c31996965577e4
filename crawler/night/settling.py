"""What the crawl settles: which reading of an unclear print holds, and what may be offered for a broken one.

Rules:
- Pure: the decisions are functions of what counted nights saw; nothing is asked here.
- Only what is definite decides: a good answer, or one that says the page is not there. Failures in passing,
  refusals, and two readings that show the same page settle nothing.
- What the nights cannot settle stays as printed, and the report says so.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime

import ada_url

from crawler.judge.rows import GOOD, SPAN_PER_NIGHT
from crawler.model import Citation, Evidence, Look, Outcome, Refusal
from crawler.urls.canonical import clean
from crawler.urls.redact import redact

# Further readings of one citation that are looked at, at most.
MOST_READINGS = 3
# Counted nights after which a print that stays unclear is taken as it was read.
MOST_NIGHTS = 3
NOT_THERE = frozenset({Outcome.NOT_FOUND, Outcome.GONE, Outcome.SOFT_404, Outcome.REDIRECT_ERROR})
# Refusals that will be the same tomorrow: such a look is as good as any later one.
_LASTING = frozenset({Refusal.EXCLUDED, Refusal.PRIVATE_ADDRESS, Refusal.OTHER_SCHEME, Refusal.CREDENTIALS})
_ESCAPED_ESCAPE = re.compile(r"%25(?=[0-9A-Fa-f]{2})")


def other_readings(citation: Citation) -> tuple[str, ...]:
    """The readings of a print that the crawl has still to look at.

    Not the form with a session part, which is the same reading; and none of a tracking link, a piece of which may
    name its recipient.
    """
    if citation.uri is None or citation.wrapper is not None:
        return ()
    others = (uri for uri in citation.alternatives if clean(uri).uri != citation.uri)
    return tuple(others)[:MOST_READINGS]


def choose(looks: Sequence[Sequence[Look]]) -> tuple[str, Evidence] | None:
    """The reading that holds and why, or None while it is open. One row of looks a reading, the printed one first.

    Looks are of counted nights, oldest first; tonight's decide.
    """
    nights = _common_nights(looks)
    if not nights:
        return None
    tonight = [look for row in looks for look in row if look.night == nights[-1]]
    found = _longest_that_holds(sorted(tonight, key=lambda look: len(look.uri), reverse=True))
    if found is not None:
        return found.uri, _why_it_holds(found, tonight)
    if is_spread([_seen_at(looks[0], night) for night in nights], MOST_NIGHTS):
        return looks[0][0].uri, _AS_PRINTED
    return None


def is_spread(times: Sequence[datetime], k: int) -> bool:
    """Whether these are k nights or more, and not runs of one evening: they span 20 hours × (k − 1)."""
    return len(times) >= k and max(times) - min(times) >= SPAN_PER_NIGHT * (k - 1)


def _common_nights(looks: Sequence[Sequence[Look]]) -> list[str]:
    """The nights on which every reading was looked at, oldest first."""
    return sorted(set.intersection(*({look.night for look in row if _is_a_look(look)} for row in looks)))


def _is_a_look(look: Look) -> bool:
    return look.outcome is not Outcome.NOT_CHECKED or look.refusal in _LASTING


def _seen_at(looks: Sequence[Look], night: str) -> datetime:
    return next(look.seen_at for look in looks if look.night == night)


def _longest_that_holds(looks: Sequence[Look]) -> Look | None:
    """Of readings, the longest first, the one that is there while every shorter one is not there or another page."""
    for place, look in enumerate(looks):
        if look.outcome in NOT_THERE:
            continue
        holds = look.outcome in GOOD and all(_is_other(look, shorter) for shorter in looks[place + 1 :])
        return look if holds else None
    return None


def _is_other(look: Look, shorter: Look) -> bool:
    """Whether a shorter reading is not there, or there with another content."""
    if shorter.outcome in NOT_THERE:
        return True
    told = look.content is not None and shorter.content is not None
    return shorter.outcome in GOOD and told and look.content != shorter.content


def _why_it_holds(found: Look, looks: Sequence[Look]) -> Evidence:
    others = [look for look in looks if look.uri != found.uri]
    missing = [redact(look.uri) for look in others if look.outcome in NOT_THERE]
    different = [redact(look.uri) for look in others if look.outcome not in NOT_THERE]
    en = [*(f"{uri} is not found" for uri in missing), *(f"{uri} is another page" for uri in different)]
    zh = [*(f"{uri} 找不到" for uri in missing), *(f"{uri} 是另一个页面" for uri in different)]
    return Evidence(
        "reading-found",
        f"Where the printed address ends was unclear; the crawl found that {redact(found.uri)} opens, {', '.join(en)}.",
        f"印出的网址从何处结束不明确，经检查查明：{redact(found.uri)} 可以打开，{'，'.join(zh)}。",
    )


_AS_PRINTED = Evidence(
    "reading-as-printed",
    f"Where the printed address ends is unclear; {MOST_NIGHTS} nights could not tell, so it is taken as read here.",
    f"印出的网址从何处结束不明确，经 {MOST_NIGHTS} 晚检查仍无法确定，按此处的读法处理。",
)


def decoded_once(uri: str) -> str | None:
    """The uri with escapes that were escaped again in its path (`%2520`) decoded once, or None where there are none.

    None also where that would bring out somebody's name or address.
    """
    url = ada_url.URL(uri)
    path = _ESCAPED_ESCAPE.sub("%", url.pathname)
    if path == url.pathname:
        return None
    url.pathname = path
    decoded = clean(url.href).uri
    return decoded if redact(decoded) == decoded else None


BETTER_ESCAPED = Evidence(
    "decoded-once-answers",
    "The printed link is broken; this form of it, its escapes decoded once, answers.",
    "印出的链接打不开；把网址中的转义还原一层，即可打开。",
)
