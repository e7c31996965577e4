"""One printed URL read completely: repaired, unwrapped, cleaned, keyed and redacted.

Rules:
- Never uses the network: an opaque tracker has no uri here, only its redacted form.
- What leaves as JSON or text is redacted; the raw wrapper stays in `hidden`, out of every repr.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

from crawler.model import Defect, Flag
from crawler.urls.canonical import Cleaned, clean, urlkey
from crawler.urls.redact import MAIL, is_redacted, mask_mail, redact, redact_fragment
from crawler.urls.repair import repair
from crawler.urls.unwrap import Unwrapped, unwrap

CACHED = 1024  # a document's addresses are read several times in a row
NAMES_RECIPIENT = "names-recipient"  # the rule of an ordinary address that would show somebody
NEVER_ASKED = "#opt-out"  # what is never asked is not kept either: this mark makes the asking room refuse it
_MAILTO = re.compile(r"^mailto[:：]\s*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Address:
    """What a printed URL says. `printed` is redacted.

    `uri` is the fetch uri, None for mail, a defect or an opaque tracker. `fallbacks` are further readings
    to try once when `uri` does not answer (with its session parts). `hidden` is the opaque tracker's
    own uri, for the one hop that asks it (its display form where the rule says never to ask).
    """

    printed: str
    uri: str | None = None
    urlkey: str | None = None
    display: str = ""
    rule: str | None = None
    personal_rule: bool = False
    target: str | None = None
    stripped: tuple[str, ...] = ()
    text_fragment: str | None = None
    uri_fragment: str | None = None
    fallbacks: tuple[str, ...] = ()
    mail: str | None = None
    flags: tuple[Flag, ...] = ()
    defect: Defect | None = None
    redacted_in_source: bool = False
    hidden: str | None = field(default=None, repr=False, compare=False)

    @property
    def is_personal(self) -> bool:
        """True when it named a recipient as printed."""
        return Flag.PERSONAL in self.flags

    @property
    def is_tracker(self) -> bool:
        """True for a wrapper that only its sender can open."""
        return self.hidden is not None


@lru_cache(CACHED)
def read_address(printed: str) -> Address:
    """Everything the text of a printed URL or mail address tells, without asking anybody."""
    mail = _mail_of(printed)
    if mail is not None:
        return _mail_address(printed, mail)
    repaired = repair(printed)
    if repaired.uri is None:
        return _defective(printed, repaired.flags, repaired.defect)
    unwrapped = unwrap(repaired.uri)
    if unwrapped and unwrapped.opaque:
        return _tracker(printed, repaired.flags, unwrapped, unwrapped.opaque)
    cleaned = clean(unwrapped.uri if unwrapped and unwrapped.uri else repaired.uri)
    page = _page(printed, repaired.flags, unwrapped, cleaned)
    return conceal(page, page.printed) if redact(cleaned.uri) != cleaned.uri else page


def conceal(address: Address, printed: str) -> Address:
    """An address that names a recipient in what would be fetched: known by its redacted form, and never asked.

    `printed` is what may be shown of its print.
    """
    shown = redact(printed)
    return replace(
        address,
        printed=shown,
        uri=None,
        urlkey=None,
        display=shown,
        rule=address.rule or NAMES_RECIPIENT,
        personal_rule=True,
        target=None,
        fallbacks=(),
        flags=tuple(dict.fromkeys((*address.flags, Flag.PERSONAL))),
        hidden=shown + NEVER_ASKED,
    )


def address_json(address: Address) -> dict[str, Any]:
    """The object of `evercite url`, in the contract's order; every address in it is redacted."""
    wrapper = {"rule": address.rule, "personal": address.personal_rule, "offline": not address.is_tracker}
    return {
        "printed": address.printed,
        "uri": address.uri and redact(address.uri),
        "urlkey": address.urlkey,
        "display": address.display,
        "wrapper": wrapper if address.rule else None,
        "target": address.target and redact(address.target),
        "stripped": list(address.stripped),
        "text_fragment": address.text_fragment and redact(address.text_fragment),
        "flags": [flag.value for flag in address.flags],
        "uri_fragment": address.uri_fragment and redact_fragment(address.uri_fragment),
        "defect": address.defect and address.defect.value,
    }


def url_json(printed: str) -> dict[str, Any]:
    """The object of `evercite url` for one printed URL."""
    return address_json(read_address(printed))


def _mail_of(printed: str) -> str | None:
    text = printed.strip().removeprefix("<").removesuffix(">")
    bare = _MAILTO.sub("", text)
    if bare != text:
        return bare.split("?")[0]
    return text if MAIL.fullmatch(text) else None


def _mail_address(printed: str, mail: str) -> Address:
    shown = redact(printed.strip().replace("：", ":"))
    masked = mask_mail(mail) if "@" in mail else "***"
    known = (Flag.REDACTED_IN_SOURCE,) if "***@" in mail else ()
    return Address(shown, display=shown, mail=masked, flags=known, redacted_in_source=bool(known))


def _defective(printed: str, flags: tuple[Flag, ...], defect: Defect | None) -> Address:
    shown = redact(printed)
    return Address(shown, display=shown, flags=_flags(flags, printed, shown != printed), defect=defect)


def _tracker(printed: str, flags: tuple[Flag, ...], unwrapped: Unwrapped, opaque: str) -> Address:
    shown = redact(opaque)
    return Address(
        redact(printed),
        display=shown,
        rule=unwrapped.rule.name,
        personal_rule=unwrapped.personal,
        flags=_flags(flags, printed, unwrapped.personal),
        redacted_in_source=is_redacted(printed),
        hidden=opaque if unwrapped.rule.asked else shown + NEVER_ASKED,
    )


def _page(printed: str, flags: tuple[Flag, ...], unwrapped: Unwrapped | None, cleaned: Cleaned) -> Address:
    shown = redact(printed)
    personal = cleaned.personal or shown != printed or bool(unwrapped and unwrapped.personal)
    return Address(
        shown,
        uri=cleaned.uri,
        urlkey=urlkey(cleaned.uri),
        display=redact(cleaned.uri),
        rule=unwrapped.rule.name if unwrapped else None,
        personal_rule=bool(unwrapped and unwrapped.personal),
        target=cleaned.uri if unwrapped else None,
        stripped=cleaned.stripped,
        text_fragment=cleaned.text_fragment,
        uri_fragment=cleaned.uri_fragment,
        fallbacks=(cleaned.with_session,) if cleaned.with_session else (),
        flags=_flags(flags, printed, personal),
        redacted_in_source=is_redacted(printed),
    )


def _flags(flags: tuple[Flag, ...], printed: str, personal: bool) -> tuple[Flag, ...]:
    source = (Flag.REDACTED_IN_SOURCE,) if is_redacted(printed) else ()
    return flags + ((Flag.PERSONAL,) if personal else ()) + source
