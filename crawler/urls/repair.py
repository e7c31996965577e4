"""From a URL as printed to a URI that can be requested, or to the defect that prevents it.

Rules:
- The reading is WHATWG's (ada-url), so a browser and we understand the same host.
- Every repair before that is a table row; what was changed is flagged, nothing is guessed silently.
- Only http and https are spoken. Mail addresses are not for here (redact.py knows them).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from ada_url import URL

from crawler.model import Defect, Flag
from crawler.suffixes import COMMON
from crawler.urls.barehost import is_bare_host

_FULL_WIDTH: dict[int, int | str] = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_INVISIBLE: dict[int, int | str] = dict.fromkeys([0x00AD, 0x200B, 0x2060, 0xFEFF], "")  # soft hyphen, zero widths, BOM


@dataclass(frozen=True, slots=True)
class Fix:
    """One way in which printed URLs go wrong, what they should read, and where it was met."""

    name: str
    wrong: re.Pattern[str]
    right: str
    source: str


def _fix(name: str, wrong: str, right: str, source: str) -> Fix:
    return Fix(name, re.compile(wrong, re.IGNORECASE), right, source)


FIXES = (
    _fix("broken over lines", r"[^\S\n]*[\r\n]+\s*", "", "text wrapped in a column"),
    _fix("defanged scheme", r"^h(?:xx|\*\*)p(s?)(?=[:/\[])", r"http\1", "security bulletins: hxxp"),
    _fix("defanged colon", r"^(https?)\[:\](?=/)", r"\1:", "security bulletins: http[:]//"),
    _fix("defanged colon and slashes", r"^(https?)\[://\]", r"\1://", "security bulletins: http[://]"),
    _fix("space after the scheme", r"^(https?:/*)\s+(?=\S)", r"\1", "word processors"),
    _fix("scheme twice", r"^https?:/*(?=https?:?//)", "", "pasted after a prefilled http://"),
    _fix("colon missing", r"^(https?)(?=//)", r"\1:", "typed"),
    _fix("other mark for the colon", r"^(https?)[;.,](?=//)", r"\1:", "typed"),
    _fix("first letter lost", r"^(?:t?tp|htp|htttp|hhttp)(s?)://", r"http\1://", "selected badly, typed"),
    _fix("slashes escaped", r"\\/", "/", "copied from JSON: https:\\/\\/"),
    _fix("marks escaped", r"\\(?=[_%#&~$])", "", "copied from LaTeX or Markdown: a\\_b"),
    _fix("slashes", r"^(https?):(?!//[^/\\])[/\\]*(?=[^/\\])", r"\1://", "http:www.mepcec.com in the 2023 briefing"),
)

_DEFANGED_DOT = re.compile(r"(?<=\w)(?:\[\.\]|\(\.\)|\{\.\}|\[dot\])(?=\w)", re.IGNORECASE)  # example[.]org; hosts only
_SCHEME = re.compile(r"^([a-z][a-z0-9+.-]*):", re.IGNORECASE)
_WEB = re.compile(r"^https?:[/\\]*([^/\\?#]*)", re.IGNORECASE)
_HOST_PORT = re.compile(r"^[^\s/:?#@]+\.[^\s/:?#@]+:\d{1,5}(?:[/?#]|$)")
_AUTHORITY_END = re.compile(r"^(?:[^/／:：?？#]*[:：])?[/／\\]*[^/／?？#＃]*")
_LABEL = r"[^\W_](?:[\w-]*[^\W_])?"
_BARE = re.compile(rf"^(?://)?((?:{_LABEL}\.)+{_LABEL}\.?)((?::\d{{1,5}})?(?:[/?#].*)?)$", re.DOTALL)

TLDS = COMMON  # what the mail addresses of redact.py are told by, without reading the whole list


@dataclass(frozen=True, slots=True)
class Repaired:
    """A printed URL after repair: `uri` (WHATWG form, fragment included) or the `defect`."""

    uri: str | None
    flags: tuple[Flag, ...] = ()
    defect: Defect | None = None


def repair(printed: str) -> Repaired:
    """What a printed URL says, repaired as little as possible."""
    text, changed = _fixed(printed)
    defect = _defect_of(text)
    inferred = defect is None and not _WEB.match(text)
    if inferred:
        text = "http://" + text.removeprefix("//")
    uri = None if defect else _parsed(text)
    flags = ((Flag.SCHEME_INFERRED,) if inferred else ()) + ((Flag.REPAIRED,) if changed else ())
    if uri is None:
        return Repaired(None, flags, defect or Defect.NOT_A_URI)
    return Repaired(uri, flags)


def fold(text: str) -> str:
    """Full-width forms as ASCII where an address was typed with them; invisible characters gone.

    A path in full-width letters after an ordinary host is left alone: it may be the path's real name.
    """
    text = text.translate(_INVISIBLE)
    head = _AUTHORITY_END.match(text)
    assert head is not None  # every part of the pattern may be empty
    return text if ascii_forms(head[0]) == head[0] else ascii_forms(text)


def ascii_forms(text: str) -> str:
    """Every full-width form as the ASCII character it stands for, invisible characters gone."""
    return text.translate(_FULL_WIDTH | _INVISIBLE)


def looks_like_host(text: str) -> bool:
    """True for `www.…` and for what reads as a host though no scheme says so: `unep.org/zh-hans`, not `README.md`."""
    found = _BARE.match(text)
    return found is not None and (text.lower().startswith("www.") or is_bare_host(found[1].rstrip("."), found[2]))


def _fixed(printed: str) -> tuple[str, bool]:
    text = fixed = printed.strip().removeprefix("<").removesuffix(">").strip()
    fixed = fold(fixed)
    for fix in FIXES:
        fixed = fix.wrong.sub(fix.right, fixed)
    fixed = _AUTHORITY_END.sub(lambda head: _DEFANGED_DOT.sub(".", head[0]), fixed, count=1)
    changed = fixed != text or bool(re.search(r"[\s\\]", fixed.split("?")[0]))
    return fixed, changed


def _defect_of(text: str) -> Defect | None:
    web = _WEB.match(text)
    if web:
        host = re.sub(r":\d*$", "", web[1].rpartition("@")[2])
        return None if host else Defect.NO_HOST
    if looks_like_host(text) or _HOST_PORT.match(text):
        return None
    return Defect.UNSUPPORTED_SCHEME if _SCHEME.match(text) else Defect.NOT_A_URI


def _parsed(text: str) -> str | None:
    try:
        return str(URL(text).href)
    except ValueError:
        return None
