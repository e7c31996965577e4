"""Names for what is seen of a difference: by them it is known again on the next night, and on other pages.

Rules:
- A name is a sign and digests: `+` put in, `~` put in another's place, `-` taken out and nothing put in its place,
  `=` a field (title, picture, file). A sentence has two digests: with its volatile parts masked, and as it stands.
- Two names are alike when the sign and one of the digests agree.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from hashlib import sha256

from crawler.changes.pairs import Pair

PUT_IN, IN_PLACE, TAKEN_OUT, FIELD = "+~-="
# Of a page that is another one altogether a sample is enough: the smallest digests, the same ones every night.
MOST_PARTS = 200
# What a difference that lasts shows on two nights; what was only put in may be the first of many (comments, news).
LASTING = (IN_PLACE, TAKEN_OUT, FIELD)


def part_of(pair: Pair) -> str:
    """The name of a sentence that differs."""
    if pair.after is not None:
        return _name(IN_PLACE if pair.in_place else PUT_IN, pair.after.key, pair.after.plain)
    assert pair.before is not None
    return "" if pair.in_place else _name(TAKEN_OUT, pair.before.key, pair.before.plain)


def field_part(field: str, value: str) -> str:
    """The name of a field's new value."""
    return _name(FIELD, f"{field} {value}")


def parts_of(names: Iterable[str]) -> tuple[str, ...]:
    """Names in order, each once; of very many a sample."""
    return tuple(sorted({name for name in names if name}, key=lambda name: name[1:])[:MOST_PARTS])


def _name(sign: str, *keys: str) -> str:
    return sign + "|".join(dict.fromkeys(sha256(key.encode()).hexdigest()[:12] for key in keys))


def spelled(parts: Iterable[str]) -> set[str]:
    """Every digest of the names, each with its sign: what alike names have in common."""
    return {name[0] + digest for name in parts for digest in name[1:].split("|")}


def is_known(name: str, known: Collection[str]) -> bool:
    """Whether a name is alike one of those spelled out."""
    return any(name[0] + digest in known for digest in name[1:].split("|"))


def is_same_state(before: Collection[str], now: Collection[str]) -> bool:
    """Whether two nights' differences from one baseline are one state: something that lasts is in both, or both are
    alike throughout."""
    known, current = spelled(before), spelled(now)
    lasting = any(name[0] in LASTING and is_known(name, known) for name in now)
    return lasting or (all(is_known(name, known) for name in now) and all(is_known(name, current) for name in before))
