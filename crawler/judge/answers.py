"""What the last answer alone tells: our own refusals, walls, statuses, failures, and bodies without a byte.

Rules:
- A test reads the head and the failure of the last hop, and how much of a body came; never what the body says.
- Sentences carry the figures an editor can check: host, status, field, number of tries.
"""

from __future__ import annotations

from http import HTTPStatus

from crawler.judge.case import Case
from crawler.judge.found import Found, Test, found
from crawler.judge.sites import host
from crawler.judge.walls import find_wall
from crawler.model import Failure, Refusal

LOOP_DETAILS = frozenset({"redirect-loop", "max-hops"})

REFUSALS: dict[Refusal, tuple[str, str]] = {
    Refusal.PRIVATE_ADDRESS: (
        "{host} leads to a private address, which is not asked.",
        "{host} 指向内网地址，按规定不访问。",
    ),
    Refusal.OTHER_SCHEME: (
        "The link is redirected to something other than http or https; it was not followed.",
        "链接跳转到 http、https 以外的地址，未继续访问。",
    ),
    Refusal.EXCLUDED: ("Excluded by the configuration: {detail}.", "按配置不检查：{detail}。"),
    Refusal.BUDGET: (
        "Tonight's share of {host} was used up before this link.",
        "{host} 当晚的访问额度已用完，未能检查这条链接。",
    ),
    Refusal.DEADLINE: ("The night ended before this link was asked.", "夜间检查到时结束，未能检查这条链接。"),
    Refusal.OPT_OUT: (
        "Opening this link may opt its reader out of a mailing; it is not asked.",
        "打开这条链接可能会退订邮件，因此不访问。",
    ),
    Refusal.OUR_FAULT: (
        "A fault of our own kept this link from being checked; the log has it.",
        "我们的程序出错，未能检查这条链接；详情见日志。",
    ),
    Refusal.CREDENTIALS: (
        "The link holds a user name or password, which is never sent.",
        "链接里带有用户名或密码，不予发送。",
    ),
}

# Sub-class, and what the status means (RFC 9110 §15.5; RFC 7725 for 451).
REFUSING: dict[int, tuple[str, str, str]] = {
    401: ("auth", "asks for a user name and password", "要求输入用户名和密码"),
    402: ("payment", "asks for payment", "要求付费"),
    403: ("forbidden", "forbids access", "禁止访问"),
    405: ("method", "refuses the way of asking", "拒绝这种访问方式"),
    406: ("not-acceptable", "refuses what the request accepts", "拒绝按请求的格式提供内容"),
    407: ("proxy-auth", "a proxy asks for credentials", "代理服务器要求身份验证"),
    451: ("legal", "withholds the page for legal reasons", "因法律原因不提供此页"),
}

FAILURES: dict[Failure, tuple[str, str]] = {
    Failure.DNS_NXDOMAIN: ("The name {host} does not exist.", "域名 {host} 不存在。"),
    Failure.DNS_FAILURE: ("The name {host} could not be looked up.", "域名 {host} 查询失败。"),
    Failure.DNS_NODATA: ("The name {host} exists, but has no address.", "域名 {host} 存在，但没有对应的地址。"),
    Failure.REFUSED: ("{host} refused the connection.", "{host} 拒绝连接。"),
    Failure.RESET: ("{host} broke the connection off.", "{host} 中途断开了连接。"),
    Failure.TIMEOUT: ("{host} did not answer in time.", "{host} 未在规定时间内响应（超时）。"),
    Failure.TRUNCATED: (
        "{host} stopped sending before the page was complete.",
        "{host} 未传完就断开了连接，页面不完整。",
    ),
    Failure.BAD_HTTP: ("{host} answered with something that is not HTTP.", "{host} 的响应不符合 HTTP 规范。"),
    Failure.TLS_EXPIRED: ("The certificate of {host} has expired.", "{host} 的安全证书已过期。"),
    Failure.TLS_HOSTNAME: (
        "The certificate of {host} was issued for another name.",
        "{host} 的安全证书不是签发给这个域名的。",
    ),
    Failure.TLS_SELF_SIGNED: (
        "The certificate of {host} is signed by nobody a browser trusts.",
        "{host} 的安全证书没有可信机构签发。",
    ),
    Failure.TLS_INCOMPLETE_CHAIN: (
        "{host} leaves out part of its certificate chain; most browsers fill the gap themselves.",
        "{host} 的证书链不完整；多数浏览器会自动补全，读者通常仍能打开。",
    ),
    Failure.TLS_PROTOCOL: ("No secure connection to {host} came about.", "与 {host} 无法建立安全连接。"),
}


def name_of(case: Case) -> str:
    """The host that answered last, as sentences name it."""
    return host(case.final.uri) or "?"


def _tries(case: Case) -> tuple[str, str]:
    """How often it was asked, as the tail of a sentence; nothing for a single try."""
    attempts = case.observation.attempts
    return (f" Asked {attempts} times.", f"共尝试 {attempts} 次。") if attempts > 1 else ("", "")


def not_checked(case: Case) -> Found | None:
    """We refused, or never came to ask. A 2xx whose body we cut is an answer all the same."""
    observation = case.observation
    if observation.refusal is not None and not (case.is_answered and case.is_cut_by_us):
        en, zh = REFUSALS[observation.refusal]
        words = {"host": name_of(case), "detail": observation.refusal_detail or "-"}
        rule = f"refused-{observation.refusal}"
        return found(rule, en.format(**words), zh.format(**words), observation.refusal)
    if observation.robots or case.final.status is not None or case.final.failure is not None:
        return None
    return found("not-asked", "This link was not asked tonight.", "当晚未检查这条链接。")


def robots(case: Case) -> Found | None:
    """A parsed Disallow (RFC 9309 §2.2.2)."""
    if not case.observation.robots:
        return None
    name = name_of(case)
    return found(
        "robots-disallow",
        f"The robots.txt of {name} forbids automated access to this page.",
        f"{name} 的 robots.txt 不允许程序访问此页。",
    )


def walled(case: Case) -> Found | None:
    """A wall that its head gives away."""
    wall = find_wall(case.observation)
    if wall is None:
        return None
    code, name = case.status, name_of(case)
    shown = " / ".join(f"{field}: {case.final.value(field)}" for field, _ in wall.fields)
    if not shown:
        return found(
            wall.id,
            f"{name} answered {code}, a status that only serves to refuse automated access.",
            f"{name} 返回 {code}，这种响应专门用来拒绝自动访问。",
            "wall",
        )
    return found(
        wall.id,
        f"{name} refuses automated access with {wall.name} (status {code}, {shown}); it may well open in a browser.",
        f"{name} 用 {wall.name} 拒绝自动访问（状态码 {code}，{shown}），读者用浏览器可能可以打开。",
        "wall",
    )


def refusing_status(case: Case) -> Found | None:
    """A status that refuses."""
    code = case.status
    if code not in REFUSING:
        return None
    sub, en, zh = REFUSING[code]
    name = name_of(case)
    return found(f"status-{code}", f"{name} answered {code}: it {en}.", f"{name} 返回 {code}：{zh}。", sub)


def rate_limited(case: Case) -> Found | None:
    """429 (RFC 6585 §4)."""
    if case.status != 429:
        return None
    name, wait = name_of(case), case.final.value("retry-after")
    en_wait, zh_wait = (f" (Retry-After: {wait})", f"（Retry-After: {wait}）") if wait else ("", "")
    return found(
        "status-429",
        f"{name} answered 429: too many requests{en_wait}.",
        f"{name} 返回 429：访问过于频繁{zh_wait}。",
    )


def gone(case: Case) -> Found | None:
    """410 (RFC 9110 §15.5.11)."""
    if case.status != 410:
        return None
    name = name_of(case)
    return found("status-410", f"{name} answered 410: removed for good.", f"{name} 返回 410：网站声明此页已永久删除。")


def not_found(case: Case) -> Found | None:
    """404 (RFC 9110 §15.5.5)."""
    if case.status != 404:
        return None
    name = name_of(case)
    return found("status-404", f"{name} answered 404: no such page.", f"{name} 返回 404：找不到此页。")


def failed(failure: Failure) -> Test:
    """A test for one way of failing."""

    def test(case: Case) -> Found | None:
        if case.failure is not failure:
            return None
        (en, zh), (en_tries, zh_tries) = FAILURES[failure], _tries(case)
        name = name_of(case)
        return found(failure, en.format(host=name) + en_tries, zh.format(host=name) + zh_tries)

    return test


_not_http = failed(Failure.BAD_HTTP)


def bad_http(case: Case) -> Found | None:
    """Not HTTP, or an answer that nobody asked for: 1xx, 206, a 304 for nothing, a 3xx that leads nowhere."""
    said = _not_http(case)
    if said is not None:
        return said
    code, name = case.status, name_of(case)
    if code == 206:
        en, zh = "a part of the page that nobody asked for", "只给出页面的一部分，而我们没有这样要求"
    elif 300 <= code < 400 and not case.is_answered and case.final.detail not in LOOP_DETAILS:
        en, zh = "a redirect without a usable address", "要求跳转，却没有给出可用的地址"
    elif 0 < code < 200 or code >= 600:
        en, zh = "a status that HTTP does not know", "状态码不在 HTTP 规定之内"
    else:
        return None
    return found(f"status-{code}", f"{name} answered {code}: {en}.", f"{name} 返回 {code}：{zh}。")


def redirect_loop(case: Case) -> Found | None:
    """The chain came back to itself, or was longer than we follow."""
    detail, hops = case.final.detail, len(case.observation.hops)
    if detail == "redirect-loop":
        return found(
            detail,
            f"The redirects run in a circle ({hops} steps).",
            f"跳转陷入循环（共 {hops} 步），无法到达页面。",
        )
    if detail == "max-hops":
        return found(
            detail, f"Given up after {hops} steps of redirects.", f"连续跳转 {hops} 步仍未到达页面，已停止跟随。"
        )
    return None


def unavailable(case: Case) -> Found | None:
    """503 that says when to come back, or 202: not now (RFC 9110 §15.6.4, §15.3.3)."""
    code = case.status
    if code not in (202, 503):
        return None
    name, wait = name_of(case), case.final.value("retry-after")
    en_tries, zh_tries = _tries(case)
    if code == 503 and wait:
        return found(
            "status-503-retry-after",
            f"{name} answered 503: down for now (Retry-After: {wait}).{en_tries}",
            f"{name} 返回 503：暂停服务（Retry-After: {wait}）。{zh_tries}",
        )
    if code == 202:
        return found(
            "status-202",
            f"{name} answered 202: accepted, but no page yet.{en_tries}",
            f"{name} 返回 202：已受理，但尚未给出页面。{zh_tries}",
        )
    return None


def any_status(rule: str, codes: range, en: str, zh: str) -> Test:
    """A test for what is left of a class of statuses."""

    def test(case: Case) -> Found | None:
        code, name = case.status, name_of(case)
        if code not in codes:
            return None
        phrase = _phrase(code)
        en_tries, zh_tries = _tries(case)
        return found(rule, f"{name} answered {code}{phrase}: {en}.{en_tries}", f"{name} 返回 {code}：{zh}。{zh_tries}")

    return test


def _phrase(code: int) -> str:
    try:
        return f" ({HTTPStatus(code).phrase})"
    except ValueError:
        return ""


def ok(case: Case) -> Found | None:
    """A good answer with a body, and nothing else to say of it."""
    if not case.is_answered:
        return None
    code, name = case.status, name_of(case)
    if code == 304:
        return found(
            "status-304",
            f"{name} answered 304: unchanged since it was fetched last.",
            f"{name} 返回 304：自上次取回后没有再变。",
        )
    if case.is_cut_by_us:
        return found(
            "status-2xx-cut",
            f"{name} answered {code}; the body was longer than we keep, so the copy is incomplete.",
            f"{name} 返回 {code}，可正常打开；内容超出留存上限，存档不完整。",
        )
    return found("status-2xx", f"{name} answered {code}.", f"{name} 返回 {code}，可正常打开。")
