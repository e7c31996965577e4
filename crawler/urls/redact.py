"""The display form of an address: everything that could name a recipient is `[redacted]`.

Rules:
- redact() is idempotent, takes any text (an unparseable URL too) and changes nothing else in it.
- A value is personal also when it is only so after percent- or base64-decoding; then all of it goes.
- This is the only form of an address that may reach a ledger, a report, a log, a file name or an archive.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from crawler.urls.decoders import unpack_base64
from crawler.urls.parameters import KNOWN_NAMES, Tier, plain, split_pair, split_semicolons, tier_of
from crawler.urls.parts import Parts, decode_text, find_host, split
from crawler.urls.repair import TLDS, ascii_forms
from crawler.urls.unwrap import open_layer
from crawler.urls.wrappers import Rule, rule_of, rules_of

REDACTED = "[redacted]"
MAX_DEPTH = 4
SIGNATURE = "signature"  # beside a long value: of a link that was made for one person
CACHED = 1024  # a document's addresses are shown several times in a row
PIECES_CACHED = 4096  # the addresses of a site share most of their segments

_NO_MAIL = r"(?!\d+\.\d|\dx\.(?:png|jpe?g|gif|webp|svg))"  # react@18.2.0, logo@2x.png
_IDN = "|".join(sorted((tld for tld in TLDS if not tld.isascii()), key=len, reverse=True))
_IDN_HOST = rf"(?:[^\W_][\w-]*\.)+(?:{_IDN})"
MAIL = re.compile(
    rf"(?<![A-Za-z0-9._%+*-])[A-Za-z0-9._+*-]+@{_NO_MAIL}"
    rf"(?:(?:[A-Za-z0-9-]+\.)+(?:xn--[A-Za-z0-9-]+|[A-Za-z]{{2,}})(?![A-Za-z0-9])|{_IDN_HOST})"
)
_IDN_MAIL = re.compile(rf"(?<![A-Za-z0-9._%+*-])[A-Za-z0-9._+*-]+@{_IDN_HOST}")
_OPEN_MAIL = re.compile(  # also one whose domain a boundary cut off: `jane@`
    rf"(?<![A-Za-z0-9._+-])[A-Za-z0-9._+-]+@(?:$|{_NO_MAIL}(?:[^\W_][\w-]*\.)+(?:xn--[a-z0-9-]+|[^\W\d_]{{2,}}))"
)
_JWT = re.compile(r"eyJ[A-Za-z0-9_-]{6,}\.[A-Za-z0-9_-]{2,}\.[A-Za-z0-9_-]*")
_LONG_HEX = re.compile(r"^\{?(?:[0-9a-f]{16,}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\}?$", re.IGNORECASE)
_BASE64 = re.compile(r"^[A-Za-z0-9+/_-]{8,}={0,2}$")
_HEX = re.compile(r"^[0-9a-f]{8,}$", re.IGNORECASE)
_PERSON = re.compile(
    r"(?:^|[]_.[-])(?:user|uid|usr|userid|recipient|rcpt|email|mail|e-?mail|subscriber|member|contact)s?(?:id|hash|key|token)?(?:$|[]_.[-])",
    re.IGNORECASE,
)
_SIGNED = re.compile(r"(?<=/signature/)[^/?#&;=\s]+|(?<=/userid/)[^/?#&;=\s]+", re.IGNORECASE)
# An address as most pages link to: nothing in it can hold a mail address, a token or a packed address. Written in
# small letters, base64 gives no `@` (it takes a capital for each of the three places of a byte group, RFC 4648 §4).
_PLAIN = re.compile(
    r"https?://([a-z0-9.-]+)(?::[0-9]+)?((?:/[a-z0-9._~-]*)*+)(?:\?([a-z0-9._~-]*+(?:[=&][a-z0-9._~-]*+)*+))?"
)
_SEPARATORS = re.compile(r"[=&]")
_NAMES_SOMEBODY = re.compile(r"us(?:e?r)|uid|recipient|rcpt|mail|subscriber|member|contact|signature")
_SLASHES = re.compile(r"([/\\]+)")
_MARK = re.compile(r"([=;])")
_TOKEN = re.compile(r"[^\s<>\"'“”‘’（）《》【】，。；、：一-鿿][^\s<>\"'“”‘’（）《》【】，。；、一-鿿]*")


@lru_cache(CACHED)
def redact(uri: str) -> str:
    """The display form of an address or of any text that may be one."""
    return uri if is_plain(uri) else _redacted(uri, 0)


def is_plain(uri: str) -> bool:
    """True for an address that shows at a glance that redact() has nothing to do in it; it saves most of the work."""
    found = _PLAIN.fullmatch(uri)
    if found is None or _NAMES_SOMEBODY.search(uri, found.start(2)):
        return False
    host, path, query = found.groups()
    if query and not KNOWN_NAMES.isdisjoint(_SEPARATORS.split(query)):
        return False
    for rule in rules_of(host):  # noqa: SIM110 -- a page has a hundred addresses, and a generator costs as much as a match
        if rule.path.match(path):
            return False
    return True


def redact_fragment(fragment: str) -> str:
    """The display form of what stands after `#`."""
    return _fragment(fragment, 0)


def redact_name(name: str) -> str:
    """The display form of a parameter's name."""
    return REDACTED if _is_personal(name, 0) else name


def shows_person(pair: str) -> bool:
    """True for a `name=value` of a query that redact() would blank."""
    return _pair(pair, frozenset(), 0) != pair


def redact_text(text: str) -> str:
    """Running text with every address and mail address in it redacted."""
    text = _IDN_MAIL.sub(lambda found: mask_mail(found[0]), text)
    return _TOKEN.sub(lambda token: redact(token[0]) if re.search(r"[@＠/／=%\\\\]", token[0]) else token[0], text)


def mask_mail(address: str) -> str:
    """`w***@mepcec.com` for a mail address; idempotent."""
    local, _, domain = address.rpartition("@")
    return f"{local[:1]}***@{domain}"


def is_redacted(text: str) -> bool:
    """True when an address already lacks its personal values where it was printed."""
    return REDACTED in decode_text(text)


def _redacted(text: str, depth: int) -> str:
    redacted = _redacted_as_is(text, depth)
    folded = ascii_forms(redacted)
    if folded == redacted:
        return redacted
    again = _redacted_as_is(folded, depth)
    return redacted if again == folded else again


def _redacted_as_is(text: str, depth: int) -> str:
    if MAIL.fullmatch(text):
        return mask_mail(text)
    if "/signature/" in text.lower() and "/userid/" in text.lower():
        text = _SIGNED.sub(REDACTED, text)
    parts = split(text)
    if parts.scheme.lower() == "mailto:":
        return _mailto(parts)
    hosted = find_host(parts)
    rule = rule_of(hosted)
    parts = hosted if rule else parts
    if rule and _packs_personal(rule, text, depth):
        return f"{parts.scheme}{parts.slashes}{parts.host}/{REDACTED}"
    return "".join(_parts(parts, rule, depth))


def _mailto(parts: Parts) -> str:
    masked = ",".join(mask_mail(address) for address in decode_text(parts.path).split(","))
    return f"{parts.scheme}{masked}" + (f"?{REDACTED}" if parts.query else "")


def _packs_personal(rule: Rule, text: str, depth: int) -> bool:
    """True when the target inside is itself personal: then its packed form shows too much."""
    inner = open_layer(rule, text) if depth < MAX_DEPTH else None
    return inner is not None and _redacted(inner, depth + 1) != inner


def _parts(parts: Parts, rule: Rule | None, depth: int) -> Iterator[str]:
    secrets = rule.secrets if rule else frozenset()
    path = _path_of(rule, parts) if rule else parts.path
    hides_query = rule is not None and (rule.shown is not None or _is_hidden(rule, parts))
    yield parts.scheme
    yield parts.slashes
    yield _authority(parts.authority)
    yield _path(path, depth)
    yield parts.query[:1] + (_hidden(parts.query) if hides_query else _pairs(parts.query[1:], secrets, depth))
    hides_fragment = hides_query or (rule is not None and rule.is_opaque)
    yield parts.fragment[:1] + (_hidden(parts.fragment) if hides_fragment else _fragment(parts.fragment[1:], depth))


def _hidden(part: str) -> str:
    return REDACTED if part[1:] else ""


def _is_hidden(rule: Rule, parts: Parts) -> bool:
    """True when a wrapper's secret is not where the rule has it, so that anything could be one."""
    return rule.personal and rule.secret_path is not None and not rule.secret_path.search(parts.path)


def _path_of(rule: Rule, parts: Parts) -> str:
    """A wrapper's path without its secrets."""
    if rule.shown:
        return _shown_path(parts.path, rule.shown)
    if _is_hidden(rule, parts):
        known = rule.path.match(parts.plain_path)
        return (known[0] if known else "/") + REDACTED
    return rule.secret_path.sub(REDACTED, parts.path) if rule.secret_path else parts.path


def _shown_path(path: str, shown: re.Pattern[str]) -> str:
    """The path with only those segments left, from the first of them on, that a rule lets show."""
    pieces = _SLASHES.split(path)
    names = [plain(segment) for segment in pieces[::2]]
    first = next((place for place, name in enumerate(names) if name and ("/" in name or _shows(shown, "", name))), 0)
    before = ""
    for place in range(first, len(names)):
        pieces[2 * place] = _shown_segment(pieces[2 * place], before, shown)
        before = names[place] or before
    return "".join(pieces)


def _shown_segment(segment: str, before: str, shown: re.Pattern[str]) -> str:
    if _shows(shown, before, plain(segment)):
        return segment
    name, mark, value = _MARK.split(segment, maxsplit=1) if _MARK.search(segment) else (segment, "", "")
    if not mark or not _shows(shown, "", plain(name)):
        return REDACTED
    return name + mark + (value if _shows(shown, plain(name), plain(value)) else REDACTED)


def _shows(shown: re.Pattern[str], before: str, segment: str) -> bool:
    return shown.fullmatch(f"{before}/{segment}") is not None


def _authority(authority: str) -> str:
    userinfo, at, host = authority.rpartition("@")
    if _JWT.search(host):
        return REDACTED
    return f"{REDACTED}@{host}" if at and userinfo else authority


def _path(path: str, depth: int) -> str:
    pieces = _SLASHES.split(path)
    before = ""
    for place in range(0, len(pieces), 2):
        segment = pieces[place]
        pieces[place] = _segment(segment, before, depth)
        before = plain(segment) or before
    return "".join(pieces)


def _segment(segment: str, before: str, depth: int) -> str:
    """One path segment, seen with the one before it: `/userid/<value>`, `;name=value`, or a value."""
    if not segment or _named_secret(before, segment):
        return REDACTED if segment else ""
    first, *parameters = segment.split(";")
    kept = [REDACTED if _is_personal(first, depth) else first]
    return ";".join(kept + [_pair(pair, frozenset(), depth) for pair in parameters])


def _pairs(query: str, secrets: frozenset[str], depth: int) -> str:
    return "&".join(_pair_or_more(pair, secrets, depth) for pair in query.split("&")) if query else ""


def _pair_or_more(pair: str, secrets: frozenset[str], depth: int) -> str:
    """A pair as browsers see it, and the several that a server sees which parts at `;` too."""
    shown = _pair(pair, secrets, depth)
    if shown != pair or ";" not in pair:
        return shown
    return ";".join(_pair(piece, secrets, depth) for piece in split_semicolons(pair))


def _pair(pair: str, secrets: frozenset[str], depth: int) -> str:
    name, value = split_pair(pair)
    if _is_personal(name, depth):
        return REDACTED
    secret = plain(name) in secrets or _named_secret(plain(name), value) or tier_of(name, value) is Tier.PERSON
    if value and (secret or _is_personal(value, depth)):
        return f"{name}={REDACTED}"
    return pair


def _fragment(fragment: str, depth: int) -> str:
    """A fragment read as parameters (`#a=1`), as a route (`#/a/b`), or as a route with parameters (`#/a?b=1`)."""
    if not fragment:
        return ""
    route, mark, query = fragment.partition("?")
    shown = _pairs(route, frozenset(), depth) if "=" in route else _path(route, depth)
    return shown + mark + _pairs(query, frozenset(), depth)


def _named_secret(name: str, value: str) -> bool:
    """Whether a value that stands under a person's name, or a signature's, is a secret of theirs."""
    shape = _LONG_HEX if _PERSON.search(name) else _HEX if name == SIGNATURE else None
    return shape is not None and any(shape.match(text) for text in [value, *_decodings(value)])


@lru_cache(PIECES_CACHED)
def _is_personal(value: str, depth: int) -> bool:
    """True when a value, or what it decodes to, holds a mail address, a JWT or a personal address."""
    if not value or decode_text(value) == REDACTED:
        return False
    if _OPEN_MAIL.search(value) or _JWT.search(value):
        return True
    if depth >= MAX_DEPTH:
        return any(True for _ in _decodings(value))  # nobody packs a page five times over
    nested = [value] if "/" in value else []  # an address in a parameter, not encoded at all
    return any(_shows_person(text, depth + 1) for text in [*nested, *_decodings(value)])


def _shows_person(text: str, depth: int) -> bool:
    return bool(_OPEN_MAIL.search(text) or _JWT.search(text)) or _redacted(text, depth) != text


def _decodings(value: str) -> Iterator[str]:
    """What a value reads as after one decoding of each kind that applies."""
    percent = decode_text(value)
    if percent != value:
        yield percent
    for text in {value, percent}:
        plain_text = unpack_base64(text) if _BASE64.match(text) else None
        if plain_text and plain_text.strip().isprintable():
            yield plain_text.strip()
