"""Why a verdict: one sentence a rule, in English and Chinese, with the dates and counts an editor can check."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from functools import lru_cache

from crawler.model import Evidence, Outcome

UNVERIFIABLE_FROM = 30
LONG_DOWN_FROM = 30
# Not strftime: that would follow the machine's locale.
_MONTHS = tuple(
    "January February March April May June July August September October November December".split()  # noqa: SIM905
)

SENTENCES: dict[str, tuple[str, str]] = {
    "human-ok": ("{author} checked it on {since}: fine.{reason}", "{author} 于{since}人工确认可用。{reason_zh}"),
    "human-dead": ("{author} declared it dead on {since}.{reason}", "{author} 于{since}人工判定失效。{reason_zh}"),
    "ignored": ("{author} set it aside on {since}.{reason}", "{author} 于{since}设为不再提醒。{reason_zh}"),
    "malformed": ("The citation itself has to be corrected.", "引用本身有误，需要改正。"),
    "target-unknown": ("Target unknown since {since}.", "自{since}起，一直未能查明实际指向。"),
    "not-crawled": ("Recorded, not checked.", "只登记，不检查。"),
    "recovered": (
        "Was dead, and has opened normally on 2 nights now.",
        "此前已判定失效，现已有 2 晚正常打开。",
    ),
    "hijacked-replaced": (
        "Another site's content stands here since {since}.",
        "自{since}起，此处内容已替换为其他网站的内容。",
    ),
    "replaced": (
        "The text has been a different one since {since}, seen on 2 nights.",
        "自{since}起，正文已整篇替换，经 2 晚确认。",
    ),
    "changed": ("The content has changed, seen on 2 nights or more.", "内容有变动，经 2 晚以上确认。"),
    "ok-https": (
        "The same address works with https; seen on 2 nights or more.",
        "同一地址可用 https 打开，经 2 晚以上确认。",
    ),
    "ok-moved": (
        "Moved permanently to {target}, confirmed on 3 nights or more.",
        "已永久迁移到 {target}，经 3 晚以上确认。",
    ),
    "ok": ("Opens normally.", "可正常打开。"),
    "ok-fragment": (
        "Opens normally, but the place within the page was not found.",
        "可正常打开，但页内的定位点已不存在。",
    ),
    "ok-again": (
        "Opens again after having been dead; a second good night will confirm it.",
        "此前已判定失效，当晚又能打开；再有 1 晚正常即可确认恢复。",
    ),
    "hijacked-parked": (
        "The domain looks sold or parked: {nights} nights since {first}.",
        "域名疑似已被转卖或停放：自{first}起共 {nights} 晚。",
    ),
    "gone": (
        "Declared removed for good (410) on {nights} nights since {first}.",
        "自{first}起共 {nights} 晚返回 410（已永久删除）。",
    ),
    "dead": (
        "Not found on {nights} nights since {first}, and never seen well in between.",
        "自{first}起共 {nights} 晚找不到此页，其间从未正常。",
    ),
    "host-gone": (
        "The domain name was looked up on {nights} nights since {first} and did not exist on any of them.",
        "自{first}起共 {nights} 晚查询，域名均不存在。",
    ),
    "host-gone-confirmed": (
        "The domain name did not exist on {nights} nights since {first}; a second name server says the same.",
        "自{first}起共 {nights} 晚查询，域名均不存在；另一台域名服务器的结果相同。",
    ),
    "dead-inferred": (
        "What is shown on {nights} nights since {first} is no longer what was cited.",
        "自{first}起共 {nights} 晚，显示的都已不是当初引用的内容。",
    ),
    "dead-unreachable": (
        "No usable answer on {nights} nights since {first}.",
        "自{first}起共 {nights} 晚未收到有效响应。",
    ),
    "dead-unreachable-long": (
        "Silent for long: no usable answer on {nights} nights since {first}.",
        "长期无法访问：自{first}起共 {nights} 晚未收到有效响应。",
    ),
    "needs-eyes": (
        "Odd on {nights} nights since {first}; a program cannot tell whether the page is still there.",
        "自{first}起共 {nights} 晚情况可疑，程序无法判断页面是否还在。",
    ),
    "needs-eyes-name": (
        "The name has not existed on {nights} nights since {first}, but this host never answered from here, "
        "so the local network may be the reason.",
        "自{first}起共 {nights} 晚查不到这个域名；但该网站从未在本地网络上响应过，也可能是本地网络的原因。",
    ),
    "blocked": (
        "Automated access is refused here; that says nothing about readers.",
        "网站拒绝自动访问，这并不说明读者无法打开。",
    ),
    "blocked-long": (
        "Automated access refused on {nights} nights since {first}: not verifiable by a program.",
        "自{first}起共 {nights} 晚拒绝自动访问：程序无法核实。",
    ),
    "not-checkable": (
        "An answer came, but there is nothing in it that a program can read.",
        "有响应，但其中没有程序能够判读的内容。",
    ),
    "certificate": (
        "Certificate trouble on {nights} nights since {first}; browsers warn readers or close the door.",
        "自{first}起共 {nights} 晚安全证书有问题，浏览器会警告甚至阻止读者打开。",
    ),
    "unreachable-from-here": (
        "Never answered from this network: {nights} nights since {first}. It may well work elsewhere.",
        "自{first}起共 {nights} 晚未响应，且从未在本地网络上响应过；换一个网络也许可以打开。",
    ),
    "unreachable-only-here": (
        "No usable answer to this network on {nights} nights since {first}, while it opens from elsewhere.",
        "自{first}起共 {nights} 晚在本地网络上无法打开，但换一个网络可以打开。",
    ),
    "unreachable": (
        "Down since {first}: no usable answer on {nights} nights.",
        "自{first}起无法访问，共 {nights} 晚未收到有效响应。",
    ),
    "suspect": (
        "First seen failing on {first}; night {nights} of the {k} it takes to conclude.",
        "{first}首次出现问题；现为第 {nights} 晚，满 {k} 晚才下结论。",
    ),
    "suspect-soon": (
        "First seen failing on {first}; {nights} failures so far, too close together to conclude from.",
        "{first}首次出现问题；至今 {nights} 次，但间隔太短，暂不下结论。",
    ),
    "not-checked": ("Not checked yet.", "尚未检查过。"),
    "not-checked-invalid": (
        "Not checked yet: our own network failed on that night.",
        "尚未检查过：当晚是我们自己的网络出了问题。",
    ),
}


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures of a sentence; instants are told as dates in `zone`."""

    since: datetime
    first: datetime | None = None
    nights: int = 0
    k: int = 1
    target: str = ""
    note: str = ""
    was_dead: bool = False
    author: str = ""
    reason: str = ""
    zone: tzinfo = UTC


@lru_cache(maxsize=4096)
def explain(rule: str, figures: Figures) -> Evidence:
    """The evidence of a verdict's rule."""
    key = _shade(rule, figures)
    en, zh = SENTENCES[key]
    reason_en = f" “{figures.reason}”" if figures.reason else ""
    reason_zh = f"理由：{figures.reason}" if figures.reason else ""
    return Evidence(
        key,
        en.format(**_words(figures, "en"), reason=reason_en),
        zh.format(**_words(figures, "zh"), reason_zh=reason_zh),
    )


def _words(figures: Figures, language: str) -> dict[str, object]:
    return {
        "since": _date(figures.since, language, figures.zone),
        "first": _date(figures.first or figures.since, language, figures.zone),
        "nights": figures.nights,
        "k": figures.k,
        "target": figures.target,
        "author": figures.author,
    }


def _shade(rule: str, figures: Figures) -> str:
    """The rule, or how it is said in a special case."""
    if rule == "ok" and figures.was_dead:
        return "ok-again"
    if rule == "ok" and figures.note in (Outcome.FRAGMENT_MISSING, Outcome.TEXT_FRAGMENT_MISSING):
        return "ok-fragment"
    if rule == "suspect" and figures.nights >= figures.k:
        return "suspect-soon"
    if rule == "blocked" and figures.nights >= UNVERIFIABLE_FROM:
        return "blocked-long"
    if rule == "dead-unreachable" and figures.nights >= LONG_DOWN_FROM:
        return "dead-unreachable-long"
    return rule


def _date(at: datetime, language: str, zone: tzinfo) -> str:
    """A date as people write it, like those of the reports: 2026年1月2日, 2 January 2026."""
    day = at.astimezone(zone)
    if language == "zh":
        return f"{day.year}年{day.month}月{day.day}日"
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"
