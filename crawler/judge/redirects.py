"""What the way to the last answer tells: moved, upgraded, sent home, sent to an error page or to a sign-in.

Rules:
- Only the uris and the statuses of the hops are read here; a page is asked for an offer of its domain alone, which
  outweighs where on the domain a redirect ends.
- Every test is asked for good answers only (the rows above took the others)
  and matches nothing where nothing was redirected.
"""

from __future__ import annotations

from itertools import pairwise

from crawler.judge.case import Case
from crawler.judge.found import Found, found
from crawler.judge.parked import is_for_sale
from crawler.judge.sites import host, is_error_page, is_home, keys_of, last_name, parts, plain_name, site
from crawler.model import Via
from crawler.suffixes import names

PERMANENT = frozenset({301, 308})

_LOGIN_NAMES = names("auth authorize cas login loginaspx logon oauth saml shibboleth signin sso userlogin wayf wplogin")
_RETURN_KEYS = names(
    "back callback continue dest destination from goto next redirect redirectto redirecturi redirecturl ref referer "
    "refurl return returnto returnuri returnurl samlrequest service spentityid target url wctx"
)


def same_uri(one: str, other: str, *, scheme: bool = True) -> bool:
    """Whether two uris ask for the same thing: host case, default port, empty path and fragment do not matter.

    With `scheme=False` http and https are one.
    """
    return _normal(one, scheme) == _normal(other, scheme)


def _normal(uri: str, scheme: bool) -> tuple[str, str, int | None, str, str]:
    split = parts(uri)
    port = None if split.port in (None, {"http": 80, "https": 443}.get(split.scheme)) else split.port
    return (split.scheme if scheme else "", host(uri), port, split.path or "/", split.query)


def is_permanent(case: Case) -> bool:
    """Whether every hop but the last said 301 or 308 and was followed by its Location (RFC 9110 §15.4)."""
    return all(
        step.status in PERMANENT and after.via is Via.LOCATION for step, after in pairwise(case.observation.hops)
    )


def is_sign_in_uri(uri: str) -> bool:
    """Whether a uri is named after a sign-in page."""
    return last_name(parts(uri)) in _LOGIN_NAMES


def knows_the_way_back(uri: str) -> bool:
    """Whether a uri carries where to return to."""
    return not keys_of(parts(uri)).isdisjoint(_RETURN_KEYS)


def login(case: Case) -> Found | None:
    """A redirect to a sign-in path that carries the way back."""
    if not case.is_redirected or is_sign_in_uri(case.cited_uri):
        return None
    final = case.final.uri
    segments = {plain_name(segment.partition(".")[0]) for segment in parts(final).path.split("/")}
    if segments.isdisjoint(_LOGIN_NAMES) or not knows_the_way_back(final):
        return None
    return found(
        "login-redirect",
        f"The link is redirected to a sign-in page of {host(final)}.",
        f"链接跳转到 {host(final)} 的登录页面，须登录才能看到内容。",
    )


def redirect_root(case: Case) -> Found | None:
    """A deep path that ends on the home page of the same site."""
    final = case.final.uri
    if not case.is_redirected or is_home(case.cited_uri) or not is_home(final) or site(case.cited_uri) != site(final):
        return None
    if is_for_sale(case):
        return None
    return found(
        "redirect-root",
        f"The cited page is redirected to the home page of its site ({final}).",
        f"引用的页面跳转到本站首页（{final}），原来的内容很可能已不在原处。",
    )


def redirect_error(case: Case) -> Found | None:
    """A redirect to a path that is named after an error."""
    final = case.final.uri
    if not case.is_redirected or not is_error_page(final) or is_error_page(case.cited_uri):
        return None
    return found(
        "redirect-error",
        f"The cited page is redirected to an error page ({final}).",
        f"引用的页面跳转到报错页面（{final}）。",
    )


def ok_https(case: Case) -> Found | None:
    """The same address, with https in place of http."""
    if not case.is_redirected:
        return None
    final = case.final.uri
    rose = parts(case.cited_uri).scheme == "http" and parts(final).scheme == "https"
    if not rose or not same_uri(case.cited_uri, final, scheme=False):
        return None
    return found(
        "https",
        f"{host(final)} serves the same address over https.",
        f"{host(final)} 已改用 https，地址其余部分不变。",
    )


def ok_moved(case: Case) -> Found | None:
    """A permanent redirect on every hop, to another address."""
    final = case.final.uri
    if not case.is_redirected or not is_permanent(case) or same_uri(case.cited_uri, final):
        return None
    statuses = ", ".join(str(hop.status) for hop in case.observation.hops[:-1])
    return found(
        "moved-permanently",
        f"Moved permanently ({statuses}) to {final}.",
        f"已永久迁移（{statuses.replace(', ', '、')}）到 {final}。",
    )


def ok_redirected(case: Case) -> Found | None:
    """Any other way over more than one hop."""
    if not case.is_redirected:
        return None
    final, hops = case.final.uri, len(case.observation.hops) - 1
    times = "one redirect" if hops == 1 else f"{hops} redirects"
    return found(
        "redirected",
        f"Opens after {times} that {'is' if hops == 1 else 'are'} not permanent; keep the cited address.",
        f"经 {hops} 次临时跳转后可正常打开（{host(final)}），引用的地址无需更改。",
    )
