"""Whether a domain is for sale: a dealer in the chain, or a page that offers the domain it stands under.

Rules:
- A link cited to a dealer's own site is never parked: there such a page is what was cited.
"""

from __future__ import annotations

from crawler.judge.case import Case
from crawler.judge.found import Found, found
from crawler.judge.sites import host
from crawler.judge.words.offers import LONGEST_OFFER, Dealer, dealer_of, find_named_offer, is_dealers_own


def is_for_sale(case: Case) -> bool:
    """Whether the domain is offered explicitly."""
    return bool(_dealer(case) or _words(case))


def parked(case: Case) -> Found | None:
    """A domain that is for sale."""
    dealer = _dealer(case)
    if dealer is not None:
        return found(
            "for-sale-host",
            f"The link leads to {dealer.name} ({dealer.host}), where domains are sold or parked.",
            f"链接跳转到 {dealer.name}（{dealer.host}），那是出售或停放域名的网站；原网站很可能已不在。",
        )
    words = _words(case)
    if not words:
        return None
    return found(
        "for-sale-words",
        f"The page offers its own domain for sale: “{words}”.",
        f"页面上写着出售本域名：“{words}”；原网站很可能已不在。",
    )


def _dealer(case: Case) -> Dealer | None:
    hops = case.observation.hops[1:]
    if not hops or is_dealers_own(case.cited_uri):
        return None
    return next((dealer for hop in hops if (dealer := dealer_of(hop.uri))), None)


def _words(case: Case) -> str:
    page = case.html
    if page is None:
        return ""
    if page.sight.chars > LONGEST_OFFER:
        return ""
    words = case.noticed.offer or find_named_offer(page.sight, host(case.final.uri).removeprefix("www."))
    return "" if words and is_dealers_own(case.cited_uri) else words
