"""Which parts of an address serve the sender and not the page: the tiers of parameters, as table rows.

Rules:
- CAMPAIGN (A) is stripped; PERSON (B) is stripped and redacted; SESSION (S) is left out at first.
- Names are exact (compared without case, percent-decoded); what only looks like tracking (ref, source,
  from, spm, mc, cid …) has no row and is never touched.
- A row with a shape applies only where the value has that shape.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from urllib.parse import unquote


class Tier(StrEnum):
    """What a parameter is for, as far as its name and the shape of its value tell."""

    CAMPAIGN = "A"
    PERSON = "B"
    SESSION = "S"


@dataclass(frozen=True, slots=True)
class Row:
    """Parameter names of one sender (lower case), their tier and where that is documented."""

    tier: Tier
    names: frozenset[str]
    source: str
    shape: re.Pattern[str] = re.compile("")


def _row(tier: Tier, names: str, source: str, shape: str = "") -> Row:
    return Row(tier, frozenset(names.split()), source, re.compile(shape, re.IGNORECASE))


_LIST_MEMBER = r"^0_[^-]*-[0-9a-f]{6,}-."
_LONG = r"^[0-9a-z]{32,}$"

ROWS = (
    _row(Tier.PERSON, "utm_term", "Mailchimp: 0_<list>-<campaign>-<member>, in the 2023 briefing", _LIST_MEMBER),
    _row(
        Tier.CAMPAIGN,
        "utm_source utm_medium utm_campaign utm_term utm_content utm_id utm_name"
        " utm_source_platform utm_creative_format utm_marketing_tactic",
        "Google Analytics, URL builders: custom campaigns",
    ),
    _row(Tier.CAMPAIGN, "mc_cid", "Mailchimp, campaign id"),
    _row(
        Tier.CAMPAIGN,
        "mtm_campaign mtm_kwd mtm_keyword mtm_source mtm_medium mtm_content mtm_cid mtm_group mtm_placement",
        "Matomo, tracking campaigns",
    ),
    _row(
        Tier.CAMPAIGN,
        "pk_campaign pk_kwd pk_keyword pk_source pk_medium pk_content pk_cid",
        "Piwik, tracking campaigns (pk_id is not one of them)",
    ),
    _row(Tier.CAMPAIGN, "_hsmi hsctatracking", "HubSpot, email and call-to-action ids"),
    _row(Tier.CAMPAIGN, "wt.mc_id", "Webtrends, marketing campaign"),
    _row(Tier.PERSON, "mc_eid", "Mailchimp, member id"),
    _row(Tier.PERSON, "_hsenc __hssc __hstc __hsfp hsutk", "HubSpot, contact and visitor"),
    _row(Tier.PERSON, "mkt_tok", "Marketo, recipient token"),
    _row(Tier.PERSON, "vero_id vero_conv", "Vero, recipient"),
    _row(Tier.PERSON, "fbclid igshid", "Meta, click and sharer ids"),
    _row(Tier.PERSON, "gclid gbraid wbraid dclid", "Google Ads, click ids"),
    _row(Tier.PERSON, "msclkid yclid twclid ttclid li_fat_id", "Microsoft, Yandex, X, TikTok, LinkedIn: click ids"),
    _row(Tier.PERSON, "oly_enc_id oly_anon_id", "Omeda Olytics, reader"),
    _row(Tier.PERSON, "ml_subscriber ml_subscriber_hash", "MailerLite, subscriber"),
    _row(Tier.PERSON, "ck_subscriber_id", "Kit (ConvertKit), subscriber"),
    _row(Tier.PERSON, "elqtrackid", "Oracle Eloqua, visitor"),
    _row(Tier.SESSION, "jsessionid", "Jakarta Servlet, URL rewriting"),
    _row(Tier.SESSION, "phpsessid", "PHP, session.use_trans_sid"),
    _row(Tier.SESSION, "cfid cftoken", "ColdFusion, client sessions"),
    _row(Tier.SESSION, "sid", "forum software; a short sid is content (article.php?sid=12)", _LONG),
)

KNOWN_NAMES = frozenset(name for row in ROWS for name in row.names)
_ROWS_OF = {name: tuple(row for row in ROWS if name in row.names) for known in ROWS for name in known.names}

# Jakarta Servlet path parameter; ASP.NET cookieless session as a path segment of its own.
_PATH_PARAMETER = re.compile(r";(jsessionid|phpsessid)=[^/;?#]*", re.IGNORECASE)
_SEMICOLON = re.compile(r"(?<![&;]amp);")  # some servers part pairs with it; that of `&amp;` is none
_PATH_SEGMENT = re.compile(r"/\((?:[AFSX]\([^()/]*\))+\)(?=/|$)")


def tier_of(name: str, value: str) -> Tier | None:
    """The tier of one parameter as printed, or None for a parameter of the page itself."""
    plain_name, plain_value = plain(name), unquote(value)
    rows = (row for row in _ROWS_OF.get(plain_name, ()) if row.shape.search(plain_value))
    return next((row.tier for row in rows), None)


@lru_cache(4096)
def plain(name: str) -> str:
    """A parameter's name for comparing: decoded, lower case, without what an unescaped `&amp;` left."""
    plain_name = unquote(name).lower()
    while plain_name.startswith("amp;"):
        plain_name = plain_name.removeprefix("amp;")
    return plain_name


def split_pair(pair: str) -> tuple[str, str]:
    """Name and value of `name=value`, both as printed."""
    name, _, value = pair.partition("=")
    return name, value


def split_semicolons(pair: str) -> list[str]:
    """The pairs a server that also parts at `;` sees in one."""
    return _SEMICOLON.split(pair)


def tier_of_pair(pair: str) -> Tier | None:
    """The tier of `name=value`."""
    return tier_of(*split_pair(pair))


def strip_query(
    query: str, tier: Callable[[str], Tier | None] = tier_of_pair
) -> tuple[str, tuple[str, ...], frozenset[Tier]]:
    """The query without tiered pairs (order and spelling kept), their names, and the tiers met."""
    stripped: list[tuple[str, Tier]] = []

    def keeps(pair: str) -> bool:
        found = tier(pair)
        stripped.extend([(unquote(split_pair(pair)[0]), found)] if found else [])
        return found is None

    kept = []
    for pair in filter(keeps, query.split("&")):
        pieces = split_semicolons(pair)
        left = [piece for piece in pieces if len(pieces) == 1 or keeps(piece)]
        kept += [";".join(left)] if left else []
    return "&".join(kept), tuple(name for name, _ in stripped), frozenset(found for _, found in stripped)


def strip_path(path: str) -> tuple[str, tuple[str, ...]]:
    """The path without session parts, and the names of what was removed."""
    names = tuple(found[1].lower() for found in _PATH_PARAMETER.finditer(path))
    path = _PATH_PARAMETER.sub("", path)
    if _PATH_SEGMENT.search(path):
        names += ("(S())",)
    return _PATH_SEGMENT.sub("", path) or "/", names
