"""Look-alike addresses: two fetch uris that may be one page are merged when what they answered says so, and not before.

Rules:
- Pure: decisions are functions of what counted nights saw.
- Alike are uris of one urlkey, or of one but for parameters that only look like tracking (tier C). That alone
  merges nothing: both must be read alike, as good, with the same payload, on two nights in a row that both were
  looked at. So an address and the one it is redirected to stay apart: what is advised for one is wrong for the other.
- One that is good where the other is not, is read otherwise, or shows other bytes undoes a merge at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import takewhile

from crawler.judge.rows import GOOD
from crawler.model import Evidence, Look, Merge
from crawler.night.settling import is_spread
from crawler.urls.canonical import urlkey
from crawler.urls.parameters import plain, split_pair
from crawler.urls.redact import redact

FEWEST_NIGHTS = 2
# Tier C: content on one site, tracking on the next; `article.php?source=12` is never stripped.
LOOK_ALIKE = frozenset({"ref", "source", "from", "spm", "mc", "cid"})


def likeness(uri: str) -> str:
    """What two uris share that may be one page: the urlkey without look-alike parameters."""
    place, _, query = urlkey(uri).partition("?")
    kept = [pair for pair in query.split("&") if pair and plain(split_pair(pair)[0]) not in LOOK_ALIKE]
    return "?".join([place, "&".join(kept)]) if kept else place


def alike(uris: Iterable[str]) -> list[list[str]]:
    """The uris that look alike, in order of first citation; those that stand alone are left out."""
    groups: dict[str, list[str]] = {}
    for uri in dict.fromkeys(uris):
        groups.setdefault(likeness(uri), []).append(uri)
    return [group for group in groups.values() if len(group) > 1]


def find_merges(group: Sequence[str], looks: Mapping[str, Sequence[Look]], night: str) -> list[Merge]:
    """The uris of a group that tonight proves to be the same page as an earlier one of it.

    Looks are of counted nights up to tonight, oldest first.
    """
    found: list[Merge] = []
    standing: list[str] = []
    for uri in group:
        proven = ((first, _agreeing(looks[first], looks[uri], night)) for first in standing)
        first, nights = next(((first, nights) for first, nights in proven if nights), ("", []))
        if nights:
            found.append(Merge(uri, first, night, _why_same(first, nights)))
        else:
            standing.append(uri)
    return found


def find_undone(merged: Mapping[str, str], looks: Mapping[str, Sequence[Look]], night: str) -> list[Merge]:
    """The merges (uri → the uri that stands for it) which tonight's looks at both contradict."""
    pairs = ((uri, first, _tonight(looks[uri], night), _tonight(looks[first], night)) for uri, first in merged.items())
    return [
        Merge(uri, None, night, _why_undone(first))
        for uri, first, own, other in pairs
        if own and other and _contradicts(own, other)
    ]


def _tonight(looks: Sequence[Look], night: str) -> Look | None:
    return next((look for look in looks if look.night == night), None)


def _is_same(one: Look, other: Look) -> bool:
    alike_good = one.outcome in GOOD and one.outcome is other.outcome
    return alike_good and one.digest is not None and one.digest == other.digest


def _contradicts(one: Look, other: Look) -> bool:
    """Whether one is good and the other is not or is read otherwise, or both are and differ.

    Bodies that were cut tell nothing.
    """
    if one.outcome is not other.outcome:
        return one.outcome in GOOD or other.outcome in GOOD
    return one.outcome in GOOD and one.digest is not None and other.digest is not None and one.digest != other.digest


def _agreeing(one: Sequence[Look], other: Sequence[Look], night: str) -> list[str]:
    """The nights, the last first, on which both were the same page without a break; [] when they prove nothing."""
    by_night = {look.night: look for look in other}
    common = [(look, by_night[look.night]) for look in reversed(one) if look.night in by_night]
    same = [first for first, second in takewhile(lambda pair: _is_same(*pair), common)]
    proven = same and same[0].night == night and is_spread([look.seen_at for look in same], FEWEST_NIGHTS)
    return [look.night for look in same] if proven else []


def _why_same(first: str, nights: Sequence[str]) -> Evidence:
    days = f"{_day(nights[-1])}, {_day(nights[0])}"
    return Evidence(
        "looks-alike-and-is",
        f"Checked together with {redact(first)}: the addresses look alike, and both gave the same bytes ({days}).",
        f"与 {redact(first)} 合并检查：网址相似，且两者取得的内容完全相同（{days}）。",
    )


def _why_undone(first: str) -> Evidence:
    return Evidence(
        "looks-alike-no-longer",
        f"No longer checked together with {redact(first)}: the two do not show the same any more.",
        f"不再与 {redact(first)} 合并检查：两者的内容已不相同。",
    )


def _day(night: str) -> str:
    return f"{night[:4]}-{night[4:6]}-{night[6:8]}"
