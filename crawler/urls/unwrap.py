"""From a wrapper to its target, offline, layer by layer.

Rules:
- What a wrapper packs must itself be a web address; anything else is not believed.
- A personal wrapper that does not open is as opaque as one that never does; an impersonal one is a page.
"""

from __future__ import annotations

from dataclasses import dataclass

from crawler.urls.parts import split
from crawler.urls.repair import repair
from crawler.urls.wrappers import Rule, rule_of

MAX_LAYERS = 8


@dataclass(frozen=True, slots=True)
class Unwrapped:
    """What lies in a wrapper: the inner `uri`, or None with the `opaque` uri that hides it.

    `rule` is the one that counts: the opaque one, else the outermost. `personal` is True when any layer is.
    """

    rule: Rule
    uri: str | None
    opaque: str | None
    personal: bool


def unwrap(uri: str) -> Unwrapped | None:
    """What a uri (WHATWG form) wraps, or None when it is an ordinary page."""
    rules: list[Rule] = []
    for _ in range(MAX_LAYERS):
        rule = rule_of(split(uri))
        inner = open_layer(rule, uri) if rule else None
        if rule is None or (inner is None and not rule.personal):
            break
        rules.append(rule)
        if inner is None:
            return Unwrapped(rule, None, uri, personal=True)
        uri = inner
    return Unwrapped(rules[0], uri, None, any(rule.personal for rule in rules)) if rules else None


def open_layer(rule: Rule, uri: str) -> str | None:
    """The address one wrapper packs, in WHATWG form; None when it does not open offline."""
    packed = rule.opens(split(uri)) if rule.opens else None
    if not packed or not _is_address(packed):
        return None
    return repair(packed).uri


def _is_address(text: str) -> bool:
    return text.lower().startswith(("http:", "https:", "//", "www."))
